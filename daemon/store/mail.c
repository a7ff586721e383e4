/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/mail.h"

#include <errno.h>

void mail_post(struct mailbox *mailbox, const struct mail *mail)
{
    while (mailbox_post(mailbox, mail) == -ENOBUFS)
        uv_sleep(1);
}

void mail_answer(struct mailbox *mailbox, struct answer *answer)
{
    mail_post(mailbox, &(struct mail){.kind = MAIL_ANSWER, .answer = answer});
}
