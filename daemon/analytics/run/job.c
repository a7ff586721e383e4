/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/run/job.h"

#include <math.h>
#include <string.h>

void job_init(struct job *job)
{
    memset(job, 0, sizeof(*job));
    context_init(&job->context);
    context_init(&job->run.context);
    context_init(&job->before.context);
    job->run.target = RECORD_UNKNOWN;
}

bool stage_may_follow(enum stage from, enum stage to)
{
    return (int)to <= (int)from + 1;
}

int64_t stage_band_end(enum stage stage)
{
    static const int64_t ends[] = {
        [STAGE_PROTOTYPE] = 10,
        [STAGE_EVT] = 50,
        [STAGE_PILOT] = 500,
        [STAGE_PRODUCTION] = 0,
    };
    return ends[stage];
}

const struct part_options *job_part(const struct job *job,
                                    const struct tracker_options *options)
{
    for (size_t i = 0; i < options->part_count; i++) {
        const struct part_options *part = &options->parts[i];
        const char *op = part->op ? part->op : "";

        if (part->part && strcmp(part->part, job->context.part) == 0 &&
            strcmp(op, job->context.op) == 0)
            return part;
    }
    return NULL;
}

static void write_run(const struct job_run *run, const struct outlet *outlet)
{
    struct record record;

    record_init(&record, RECORD_RUN, run->entered);
    outlet_stamp(outlet, &record);
    record.context = run->context;
    record.wall_ns = run->entered.wall_ns;
    record.path = 0;
    record.run.run_seq = run->context.run_seq;
    (void)text_copy(record.run.run_id, sizeof(record.run.run_id), run->run_id);
    (void)text_copy(record.run.program, sizeof(record.run.program), run->program);
    record.run.target = run->target;
    record.run.parts = run->parts;
    record.run.good = run->good;
    record.run.started = (double)run->started.wall_ns / 1e9;
    record.run.ended = run->ended;
    outlet_append(outlet, &record);
}

static void end_run(struct job_run *run, const struct moment *at,
                    const struct outlet *outlet)
{
    run->ended = (double)at->wall_ns / 1e9;
    write_run(run, outlet);
}

static void start_run(struct job *job, const struct statement *statement,
                      const struct outlet *outlet)
{
    if (job->is_running)
        end_run(&job->run, &statement->at, outlet);
    job->before = job->run;
    job->context = statement->context;
    job->is_running = true;
    job->is_mapped = false;
    job->run = (struct job_run){.context = statement->context,
                                .started = statement->at,
                                .entered = statement->at,
                                .ended = (double)NAN,
                                .target = statement->target};
    (void)text_copy(job->run.run_id, sizeof(job->run.run_id),
                    statement->run_id ? statement->run_id : "");
    (void)text_copy(job->run.program, sizeof(job->run.program), job->program);
    write_run(&job->run, outlet);
}

static void stop_run(struct job *job, const struct statement *statement,
                     const struct outlet *outlet)
{
    if (job->is_running)
        end_run(&job->run, &statement->at, outlet);
    job->is_running = false;
    job->context = statement->context;
}

/* People changed the context: the run goes on in it. */
static void change_context(struct job *job, const struct statement *statement,
                           const struct outlet *outlet)
{
    job->context = statement->context;
    if (!job->is_running)
        return;
    if (job->context.stage != job->run.context.stage) {
        end_run(&job->run, &statement->at, outlet);
        job->run.entered = statement->at;
        job->run.ended = (double)NAN;
    }
    job->run.context = job->context;
    write_run(&job->run, outlet);
}

static void announce_stage(const struct job *job, enum stage from,
                           const struct statement *statement, const struct outlet *outlet)
{
    char sentence[96];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text, "from %s to %s", stage_names[from],
                    stage_names[job->context.stage]);
    outlet_announce(outlet, statement->at,
                    &(struct notice){"stage_changed", sentence, job->context.stage,
                                     RECORD_UNKNOWN, SEVERITY_NOTICE});
}

void job_tell(struct job *job, const struct tracker_options *options,
              const struct statement *statement, const struct outlet *outlet)
{
    enum stage from = job->context.stage;

    (void)options;
    switch (statement->kind) {
    case STATEMENT_RUN_START:
        start_run(job, statement, outlet);
        break;
    case STATEMENT_RUN_STOP:
        stop_run(job, statement, outlet);
        break;
    case STATEMENT_STAGE:
        change_context(job, statement, outlet);
        if (job->context.stage != from)
            announce_stage(job, from, statement, outlet);
        break;
    case STATEMENT_LOT:
    case STATEMENT_FIXTURE:
    case STATEMENT_ECO:
    case STATEMENT_FREEZE:
        change_context(job, statement, outlet);
        break;
    case STATEMENT_TOOL_CHANGED:
    case STATEMENT_MEASURE:
    case STATEMENT_REASON:
    case STATEMENT_ACK:
        break;
    }
}

static const struct part_options *part_of(const struct tracker_options *options,
                                          const char *program)
{
    for (size_t i = 0; i < options->part_count; i++) {
        const struct option_list *programs = &options->parts[i].programs;
        char *const *patterns = programs->items;

        for (size_t k = 0; k < programs->count; k++)
            if (text_match(patterns[k], program))
                return &options->parts[i];
    }
    return NULL;
}

void job_hear_program(struct job *job, const struct tracker_options *options,
                      const char *program)
{
    struct context *context = &job->context;
    const struct part_options *part = part_of(options, program);

    (void)text_copy(job->program, sizeof(job->program), program);
    if (job->is_running || (!part && !job->is_mapped))
        return;
    job->is_mapped = part != NULL;
    (void)text_copy(context->part, sizeof(context->part),
                    part && part->part ? part->part : "");
    (void)text_copy(context->op, sizeof(context->op), part && part->op ? part->op : "");
    (void)text_copy(context->revision, sizeof(context->revision),
                    part && part->revision ? part->revision : "");
}

/* A correction is the newest cycle of its path told again: only the difference counts. */
static int64_t count_more(struct job *job, const struct record *cycle)
{
    struct job_cycle *known = &job->newest[(uint64_t)(cycle->path - 1) % JOB_PATHS];
    int64_t parts = cycle->cycle.parts > 0 ? cycle->cycle.parts : 0;
    bool is_again = (cycle->cycle.flags & CYCLE_CORRECTED) &&
                    known->cycle_no == cycle->cycle.cycle_no;
    int64_t more = parts - (is_again ? known->parts : 0);

    *known = (struct job_cycle){cycle->cycle.cycle_no, parts};
    return more;
}

static struct job_run *run_of(struct job *job, const struct record *cycle)
{
    if (cycle->context.run_seq == RECORD_UNKNOWN)
        return NULL;
    if (cycle->context.run_seq == job->run.context.run_seq)
        return &job->run;
    return cycle->context.run_seq == job->before.context.run_seq ? &job->before : NULL;
}

static void advise_stage(const struct job_run *run, const struct record *cycle,
                         const struct outlet *outlet)
{
    char sentence[128];
    struct text text;

    text_init_fixed(&text, sentence, sizeof(sentence));
    text_add_format(&text,
                    "%lld parts made: %s usually ends here; consider the next stage",
                    (long long)run->parts, stage_names[run->context.stage]);
    outlet_announce(outlet, (struct moment){0, cycle->wall_ns},
                    &(struct notice){"stage_band", sentence, (double)run->parts,
                                     cycle->cycle.cycle_no, SEVERITY_NOTICE});
}

void job_count(struct job *job, const struct tracker_options *options,
               const struct record *cycle, const struct record_sink *out)
{
    struct job_run *run = run_of(job, cycle);
    int64_t more = count_more(job, cycle);
    const struct outlet outlet = {.sink = out,
                                  .cell = options->cell ? options->cell : "",
                                  .machine = options->machine ? options->machine : "",
                                  .context = &job->context,
                                  .path = 1};

    if (!run || more == 0)
        return;

    int64_t end = stage_band_end(run->context.stage);
    int64_t before = run->parts;

    run->parts += more;
    run->good = run->parts;
    if (*cycle->cycle.program)
        (void)text_copy(run->program, sizeof(run->program), cycle->cycle.program);
    write_run(run, &outlet);
    if (run == &job->before)
        write_run(&job->run, &outlet); /* what is told last is taken for the present */
    if (job->is_running && run == &job->run && end > 0 && before < end &&
        run->parts >= end)
        advise_stage(run, cycle, &outlet);
}
