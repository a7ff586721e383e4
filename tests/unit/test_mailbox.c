/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/mailbox.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SENDERS = 4,
    EACH = 5000
};

struct message {
    int sender, number;
};

struct scene {
    uv_loop_t loop;
    struct mailbox *mailbox;
    int next[SENDERS];
    int delivered, expected;
    bool out_of_order, closed, closes_in_delivery;
};

static void on_message(void *owner, const void *message)
{
    struct scene *scene = owner;
    const struct message *news = message;

    if (news->number != scene->next[news->sender]++)
        scene->out_of_order = true;
    scene->delivered++;
    if (scene->closes_in_delivery)
        mailbox_close(scene->mailbox);
    else if (scene->delivered == scene->expected)
        mailbox_close(scene->mailbox);
}

static void on_closed(void *owner)
{
    ((struct scene *)owner)->closed = true;
}

static void begin(struct scene *scene, size_t capacity, int expected)
{
    const struct mailbox_spec spec = {
        .message_size = sizeof(struct message),
        .capacity = capacity,
        .owner = scene,
        .deliver = on_message,
        .closed = on_closed,
    };

    *scene = (struct scene){.expected = expected};
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(mailbox_create(&scene->loop, &spec, &scene->mailbox), 0);
}

static void end(struct scene *scene)
{
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_true(scene->closed);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
}

struct sender {
    struct scene *scene;
    int number;
};

static void send_all(void *argument)
{
    const struct sender *sender = argument;

    for (int i = 0; i < EACH; i++) {
        struct message message = {.sender = sender->number, .number = i};
        while (mailbox_post(sender->scene->mailbox, &message) == -ENOBUFS)
            uv_sleep(0);
    }
}

static void every_sender_is_heard_in_its_order(void **state)
{
    struct scene scene;
    struct sender senders[SENDERS];
    uv_thread_t threads[SENDERS];

    (void)state;
    begin(&scene, 64, SENDERS * EACH + 1);
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.scene = &scene, .number = i};
        assert_int_equal(uv_thread_create(&threads[i], send_all, &senders[i]), 0);
    }
    while (scene.delivered < SENDERS * EACH)
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(uv_thread_join(&threads[i]), 0);
    mailbox_close(scene.mailbox);
    end(&scene);
    assert_int_equal(scene.delivered, SENDERS * EACH);
    assert_false(scene.out_of_order);
}

static void a_full_box_refuses(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 3, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(mailbox_post(scene.mailbox, &(struct message){0, i}), 0);
    assert_int_equal(mailbox_post(scene.mailbox, &(struct message){0, 3}), -ENOBUFS);
    end(&scene);
    assert_int_equal(scene.delivered, 3);
    assert_false(scene.out_of_order);
}

static void one_wake_up_may_stand_for_many_messages(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 1000, 1001);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(mailbox_post(scene.mailbox, &(struct message){0, i}), 0);
    (void)uv_run(&scene.loop, UV_RUN_ONCE);
    assert_int_equal(scene.delivered, 1000);
    mailbox_close(scene.mailbox);
    end(&scene);
}

static void what_is_in_it_when_it_closes_is_delivered(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 8, 100);
    for (int i = 0; i < 5; i++)
        assert_int_equal(mailbox_post(scene.mailbox, &(struct message){0, i}), 0);
    mailbox_close(scene.mailbox);
    assert_int_equal(scene.delivered, 5);
    end(&scene);
}

static void it_may_be_closed_from_a_delivery(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene, 8, 100);
    scene.closes_in_delivery = true;
    for (int i = 0; i < 5; i++)
        assert_int_equal(mailbox_post(scene.mailbox, &(struct message){0, i}), 0);
    end(&scene);
    assert_int_equal(scene.delivered, 5);
    assert_false(scene.out_of_order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sender_is_heard_in_its_order),
        cmocka_unit_test(a_full_box_refuses),
        cmocka_unit_test(one_wake_up_may_stand_for_many_messages),
        cmocka_unit_test(what_is_in_it_when_it_closes_is_delivered),
        cmocka_unit_test(it_may_be_closed_from_a_delivery),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
