/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/script.h"

#include "daemon/base/moment.h"

#include <string.h>

static const enum step_kind step_of_block[] = {
    [BLOCK_CUT] = STEP_CUT,
    [BLOCK_PROBE] = STEP_PROBE,
    [BLOCK_DWELL] = STEP_RAPID,
    [BLOCK_PALLET] = STEP_PALLET,
    [BLOCK_PROGRAM_STOP] = STEP_PROGRAM_STOP,
    [BLOCK_OPTIONAL_STOP] = STEP_OPTIONAL_STOP,
};

static void script_add(struct script *script, struct step step)
{
    step.ns = step.ns / NS_PER_MS * NS_PER_MS;
    if (script->count < SCRIPT_MAX - 2)
        script->steps[script->count++] = step;
}

static int64_t script_vary(int64_t ns, double variation, struct random *random)
{
    double factor = 1.0 + variation * random_normal(random);

    return (int64_t)((double)ns * (factor < 0.5 ? 0.5 : factor));
}

/* The count goes in front of the step that ends `early_ns` before the end, split there.
 */
static void script_count_early(struct script *script, int64_t early_ns)
{
    size_t at = script->count;
    struct step before;

    while (at > 0 && script->steps[at - 1].ns < early_ns)
        early_ns -= script->steps[--at].ns;
    if (at == 0)
        return;
    before = script->steps[at - 1];
    memmove(&script->steps[at + 2], &script->steps[at],
            (script->count - at) * sizeof(struct step));
    script->steps[at - 1].ns = before.ns - early_ns;
    script->steps[at] =
        (struct step){.kind = STEP_COUNT, .block = before.block, .tool = before.tool};
    script->steps[at + 1] = before;
    script->steps[at + 1].ns = early_ns;
    script->count += 2;
}

void script_build(struct script *script, const struct program_plan *program,
                  const char *tool, int64_t early_ns, struct random *random)
{
    script->count = 0;
    for (size_t i = 0; i < program->blocks.count && script->count < SCRIPT_MAX - 6; i++) {
        const struct block_plan *block = PLAN_ITEM(program->blocks, struct block_plan, i);

        if (block->tool && strcmp(block->tool, tool) != 0) {
            tool = block->tool;
            script_add(script, (struct step){
                                   STEP_CHANGE,
                                   script_vary(block->change, program->variation, random),
                                   block, tool});
        }
        if (block->rapid > 0)
            script_add(script, (struct step){
                                   STEP_RAPID,
                                   script_vary(block->rapid, program->variation, random),
                                   block, tool});
        script_add(script,
                   (struct step){step_of_block[block->kind], block->cut, block, tool});
    }
    if (early_ns > 0)
        script_count_early(script, early_ns);
}

int64_t script_length_ns(const struct script *script)
{
    int64_t ns = 0;

    for (size_t i = 0; i < script->count; i++)
        ns += script->steps[i].ns;
    return ns;
}
