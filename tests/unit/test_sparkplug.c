/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/identity.h"
#include "daemon/sinks/sparkplug/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct record make(enum record_kind kind)
{
    struct record record;

    record_init(&record, kind, (struct moment){.wall_ns = NS_PER_S});
    (void)text_copy(record.machine, sizeof(record.machine), "vmc-3");
    return record;
}

static void data_wait_for_the_birth_that_names_them(void **state)
{
    struct node node = {0};
    struct device *device = node_device(&node, "vmc-3");
    struct record tool = make(RECORD_TOOL);
    struct node_data data;
    size_t length = 0;

    (void)state;
    assert_ptr_equal(node_device(&node, "vmc-3"), device);
    (void)text_copy(tool.tool.tool, RECORD_NAME_MAX, "12");
    size_t before = device->metrics.count;
    assert_int_equal(device_data(&node, device, &tool, false, &data), 0);
    assert_true(data.needs_birth);
    assert_null(data.bytes);
    assert_true(device->metrics.count > before);
    assert_string_equal(device->metrics.items[before].name, "Tool/12/Used");

    void *birth = device_birth(&node, device, 0, &length);
    assert_non_null(birth);
    device->is_born = true;
    free(birth);
    assert_int_equal(device_data(&node, device, &tool, false, &data), 0);
    assert_false(data.needs_birth);
    assert_non_null(data.bytes);
    free(data.bytes);
    node_done(&node);
}

static void numbers_begin_anew_with_the_nodes_birth(void **state)
{
    struct node node = {.seq = 255};
    size_t length = 0;
    void *birth = node_birth(&node, 0, &length);

    (void)state;
    assert_int_equal(node.seq, 1);
    free(birth);
    node.seq = 255;
    struct device *device = node_device(&node, "vmc-3");
    birth = device_birth(&node, device, 0, &length);
    assert_int_equal(node.seq, 0);
    node_unsent(&node);
    assert_int_equal(node.seq, 255);
    free(birth);
    node_done(&node);
}

static void devices_never_share_an_alias(void **state)
{
    struct node node = {0};
    uint64_t first = node_device(&node, "a")->first_alias;

    (void)state;
    assert_true(node_device(&node, "b")->first_alias >= first + METRICS_MAX);
    node_done(&node);
}

static void only_a_true_rebirth_is_one(void **state)
{
    struct message *message;
    size_t length = 0;

    (void)state;
    for (int wanted = 0; wanted < 2; wanted++) {
        assert_int_equal(message_create(0, &message), 0);
        assert_int_equal(message_add_flag(message, "Node Control/Rebirth", wanted), 0);
        void *bytes = message_pack(message, &length);
        assert_int_equal(message_wants_rebirth(bytes, length), wanted);
        free(bytes);
        message_destroy(message);
    }
    assert_false(message_wants_rebirth("nonsense", 8));
}

static void the_number_of_births_outlives_the_node(void **state)
{
    char file[] = "/tmp/spindled-bdseq-XXXXXX";
    int descriptor = mkstemp(file);

    (void)state;
    assert_true(descriptor >= 0);
    (void)close(descriptor);
    assert_int_equal(identity_recall(file), 0);
    assert_int_equal(identity_recall(file), 1);
    identity_remember(file, 255);
    assert_int_equal(identity_recall(file), 0);
    assert_int_equal(unlink(file), 0);
}

static void hear(struct identity *identity, const char *json, bool *is_online)
{
    identity_hear_host(identity, json, strlen(json), is_online);
}

static void a_hosts_older_state_is_not_heard(void **state)
{
    struct identity identity = {0};
    bool is_online = false;

    (void)state;
    identity_forget_host(&identity);
    hear(&identity, "{\"online\":true}", &is_online);
    assert_true(is_online);
    hear(&identity, "ONLINE", &is_online);
    assert_false(is_online);
    hear(&identity, "{\"online\":true,\"timestamp\":2000}", &is_online);
    assert_true(is_online);
    hear(&identity, "{\"online\":false,\"timestamp\":1999}", &is_online);
    assert_true(is_online);
    hear(&identity, "{\"online\":false,\"timestamp\":2000}", &is_online);
    assert_false(is_online);
    hear(&identity, "{\"online\":true,\"timestamp\":1000}", &is_online);
    assert_false(is_online);
    identity_forget_host(&identity);
    hear(&identity, "{\"online\":true,\"timestamp\":1000}", &is_online);
    assert_true(is_online);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_wait_for_the_birth_that_names_them),
        cmocka_unit_test(numbers_begin_anew_with_the_nodes_birth),
        cmocka_unit_test(devices_never_share_an_alias),
        cmocka_unit_test(only_a_true_rebirth_is_one),
        cmocka_unit_test(the_number_of_births_outlives_the_node),
        cmocka_unit_test(a_hosts_older_state_is_not_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
