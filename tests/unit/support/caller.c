/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/caller.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum {
    ANSWER_MAX = 1 << 20
};

int caller_dial(unsigned port, const char *text)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(client >= 0);
    (void)connect(client, (const struct sockaddr *)&address, sizeof(address));
    for (int tries = 0; send(client, text, strlen(text), MSG_NOSIGNAL) < 0; tries++)
        assert_true(tries < 1000000);
    return client;
}

static void on_late(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

const char *caller_hear_slowly(uv_loop_t *loop, int client, const char *wanted,
                               size_t piece)
{
    static char answer[ANSWER_MAX];
    size_t length = 0, looked = 0;
    bool is_late = false;
    uv_timer_t timer;

    (void)uv_timer_init(loop, &timer);
    timer.data = &is_late;
    (void)uv_timer_start(&timer, on_late, 10000, 0);
    *answer = '\0';
    while (!is_late && !strstr(answer + looked, wanted)) {
        size_t room = sizeof(answer) - 1 - length;
        ssize_t more = recv(client, answer + length, room < piece ? room : piece, 0);
        if (more == 0)
            break;
        looked = length > strlen(wanted) ? length - strlen(wanted) : 0;
        length += more > 0 ? (size_t)more : 0;
        answer[length] = '\0';
        if (more < 0 || piece < room)
            (void)uv_run(loop, UV_RUN_NOWAIT);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(loop, UV_RUN_NOWAIT);
    return answer;
}

const char *caller_hear(uv_loop_t *loop, int client, const char *wanted)
{
    return caller_hear_slowly(loop, client, wanted, ANSWER_MAX);
}
