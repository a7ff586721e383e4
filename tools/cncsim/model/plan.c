/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/plan.h"

#include "daemon/base/moment.h"

const char *const block_kinds[] = {"cut", "probe", "dwell", "pallet", "m00", "m01", NULL};
const char *const incident_kinds[] = {
    "hold",           "abort",       "emergency_stop", "alarm",
    "override",       "mdi",         "break",          "reset_counter",
    "preset_counter", "tool_breaks", "tool_changed",   "unplugged",
    "dry_run",        "lot",         "fixture",        NULL,
};
const char *const fault_kinds[] = {
    "late",      "drop",       "wrong_id", "wrong_unit", "wrong_function", "exception",
    "truncated", "oversize",   "dribble",  "duplicate",  "garbage",        "short",
    "reset",     "black_hole", "flap",     "overrun",    "restart",        "stall",
    "split",     "bad_xml",    "half",     NULL,
};
const char *const agent_versions[] = {"1.3", "1.8", "2.0", "2.5", NULL};

#define DURATION(record, field, text, number)                          \
    OPTION(record, field, .help = (text), .measure = MEASURE_DURATION, \
           .fallback.integer = (number))
#define COUNT(record, field, text, number) \
    OPTION(record, field, .help = (text), .fallback.integer = (number))
#define NUMBER(record, field, text, value_) \
    OPTION(record, field, .help = (text), .fallback.number = (value_))
#define LIST(record, field, text, section_) \
    OPTION(record, field, .help = (text), .entry = &(section_))
#define END \
    {       \
        0   \
    }

static const struct option block_options[] = {
    OPTION(block_plan, kind, .choices = block_kinds, .help = "what the block does"),
    OPTION(block_plan, tool, .help = "tool; the one in the spindle when left out"),
    DURATION(block_plan, cut, "cutting, probing or dwelling", 5 * NS_PER_S),
    DURATION(block_plan, rapid, "positioning before it", NS_PER_S),
    DURATION(block_plan, change, "chip to chip, when the tool is another one",
             4 * NS_PER_S),
    NUMBER(block_plan, load, "spindle load above air with a fresh edge, %", 30),
    NUMBER(block_plan, rpm, "spindle speed", 6000),
    NUMBER(block_plan, feed, "path feed, mm/min", 800),
    END,
};
static const struct section block_section = {
    "blocks", "blocks of a program", sizeof(struct block_plan), block_options, NULL,
    NULL};

static const struct option program_options[] = {
    OPTION(program_plan, name, .required = true, .help = "as the control shows it"),
    OPTION(program_plan, comment, .help = "its comment"),
    LIST(program_plan, blocks, "in order", block_section),
    COUNT(program_plan, parts, "parts a cycle", 1),
    NUMBER(program_plan, variation, "of rapids and changes, share", 0.01),
    OPTION(program_plan, loop, .help = "M99: only the counter separates the parts"),
    OPTION(program_plan, warmup, .help = "run after a long stop, makes no part"),
    END,
};
static const struct section program_section = {"programs",
                                               "what the machine runs",
                                               sizeof(struct program_plan),
                                               program_options,
                                               NULL,
                                               NULL};

static const struct option tool_options[] = {
    OPTION(tool_plan, tool, .required = true, .help = "number, as the control shows it"),
    OPTION(tool_plan, asset, .help = "MTConnect asset id"),
    OPTION(tool_plan, type, .help = "kind of tool"),
    NUMBER(tool_plan, life, "mean life, parts", 200),
    NUMBER(tool_plan, spread, "standard deviation of lives, share", 0.1),
    NUMBER(tool_plan, gain, "growth of the net load over a life, share", 0.4),
    COUNT(tool_plan, limit, "replaced after so many parts; 0 = when worn out", 0),
    END,
};
static const struct section tool_section = {
    "tools", "tools in the magazine", sizeof(struct tool_plan), tool_options, NULL, NULL};

static const struct option feature_options[] = {
    OPTION(feature_plan, name, .required = true, .help = "name of the feature"),
    OPTION(feature_plan, tool, .help = "the tool that makes it"),
    NUMBER(feature_plan, nominal, "mm", 25),
    NUMBER(feature_plan, wear_um, "um a part of the edge's age", 0.15),
    NUMBER(feature_plan, heat_um, "um at full heat", 18),
    NUMBER(feature_plan, noise_um, "standard deviation of the measurement", 2),
    NUMBER(feature_plan, lot_um, "standard deviation between lots", 0),
    NUMBER(feature_plan, fixture_um, "standard deviation between fixtures", 0),
    COUNT(feature_plan, every, "measured each so many parts", 5),
    END,
};
static const struct section feature_section = {
    "features", "what is measured", sizeof(struct feature_plan), feature_options, NULL,
    NULL};

static const struct option incident_options[] = {
    OPTION(incident_plan, kind, .required = true, .choices = incident_kinds,
           .help = "what happens"),
    DURATION(incident_plan, at, "since the start", 0),
    DURATION(incident_plan, repeat, "and again each so long", 0),
    NUMBER(incident_plan, every, "on average once in so many cycles, instead of `at`", 0),
    OPTION_AS("for", incident_plan, lasts, .help = "how long",
              .measure = MEASURE_DURATION, .fallback.integer = 8 * NS_PER_S),
    NUMBER(incident_plan, value, "new override in % or counter value", 0),
    OPTION(incident_plan, text, .help = "tool, alarm text, lot or fixture"),
    END,
};
static const struct section incident_section = {"incidents",
                                                "what goes wrong at the machine",
                                                sizeof(struct incident_plan),
                                                incident_options,
                                                NULL,
                                                NULL};

static const struct option fault_options[] = {
    OPTION(fault_plan, kind, .required = true, .choices = fault_kinds,
           .help = "what the link does wrong"),
    DURATION(fault_plan, at, "since the start", 0),
    OPTION_AS("for", fault_plan, lasts, .help = "how long", .measure = MEASURE_DURATION,
              .fallback.integer = 20 * NS_PER_S),
    COUNT(fault_plan, every, "each n-th answer", 1),
    DURATION(fault_plan, delay, "of late, dribble and flap", 1500 * NS_PER_MS),
    NUMBER(fault_plan, value, "exception code", 0),
    END,
};
static const struct section fault_section = {"faults",
                                             "what goes wrong on the link",
                                             sizeof(struct fault_plan),
                                             fault_options,
                                             NULL,
                                             NULL};

static const struct option modbus_options[] = {
    COUNT(modbus_plan, port, "TCP port; 0 = the kernel gives one", 0),
    OPTION(modbus_plan, serial, .help = "name of an RTU bus on a pty instead of TCP"),
    OPTION(modbus_plan, unit, .help = "unit", .fallback.integer = 1, .min = 1,
           .max = 247),
    COUNT(modbus_plan, baud, "line time of answers on the bus", 19200),
    DURATION(modbus_plan, delay, "before an answer", 2 * NS_PER_MS),
    END,
};
static const struct section modbus_section = {
    "modbus", "Modbus server", sizeof(struct modbus_plan), modbus_options, NULL, NULL};

static const struct option agent_options[] = {
    COUNT(agent_plan, port, "HTTP port; 0 = the kernel gives one", 0),
    OPTION(agent_plan, shdr_port, .fallback.integer = -1,
           .help = "port of an SHDR adapter; 0 = the kernel gives one, -1 = none"),
    OPTION(agent_plan, device, .help = "device name; the machine's when left out"),
    OPTION(agent_plan, uuid, .help = "device uuid"),
    OPTION(agent_plan, version, .choices = agent_versions, .help = "schema version"),
    OPTION_AS("buffer", agent_plan, buffer_size, .fallback.integer = 8192, .min = 16,
              .max = 1048576, .help = "observations kept"),
    COUNT(agent_plan, instance, "instanceId; 0 = the time of the start", 0),
    OPTION(agent_plan, serve, .fallback.flag = true, .help = "false: SHDR only"),
    END,
};
static const struct section agent_section = {
    "mtconnect", "MTConnect agent", sizeof(struct agent_plan), agent_options, NULL, NULL};

#define PART(field, name, text, number)                                               \
    OPTION_AS(name, machine_plan, field, .help = (text), .measure = MEASURE_DURATION, \
              .fallback.integer = (number))
#define PART_COUNT(field, name, text, number) \
    OPTION_AS(name, machine_plan, field, .help = (text), .fallback.integer = (number))
#define PART_NUMBER(field, name, text, value_) \
    OPTION_AS(name, machine_plan, field, .help = (text), .fallback.number = (value_))

static const struct option machine_options[] = {
    OPTION(machine_plan, name, .required = true, .help = "name of the machine"),
    OPTION(machine_plan, modbus, .help = "Modbus server", .entry = &modbus_section),
    OPTION(machine_plan, mtconnect, .help = "MTConnect agent", .entry = &agent_section),
    LIST(machine_plan, programs, "the first is made, a warm-up one warms up",
         program_section),
    LIST(machine_plan, tools, "tools that wear; others are for ever", tool_section),
    LIST(machine_plan, features, "what is measured", feature_section),
    LIST(machine_plan, incidents, "what happens", incident_section),
    LIST(machine_plan, faults, "what the link does wrong", fault_section),
    PART_COUNT(counter.start, "counter", "first value of the part counter", 0),
    PART_COUNT(counter.modulus, "counter_modulus", "wraps here; 0 = never", 0),
    PART(counter.lag, "counter_lag", "after the end; negative = before it",
         100 * NS_PER_MS),
    PART(people.load, "load", "between cycles", 6 * NS_PER_S),
    PART(people.spread, "load_spread", "its standard deviation", NS_PER_S),
    PART_COUNT(people.bar_parts, "bar_parts", "parts a bar; 0 = no bar feeder", 0),
    PART(people.bar_change, "bar_change", "changing the bar", 20 * NS_PER_S),
    PART_COUNT(people.pallets, "pallets", "pallets in turn; 0 = none", 0),
    PART(people.warmup_after, "warmup_after", "stop that asks for a warm-up; 0 = never",
         0),
    PART_NUMBER(thermal.ambient, "ambient", "degC", 21),
    PART_NUMBER(thermal.spindle_rise, "spindle_rise", "K at full heat", 22),
    PART_NUMBER(thermal.column_rise, "column_rise", "K at full heat", 5),
    PART(thermal.spindle_tau, "spindle_tau", "time constant", 20 * NS_PER_MINUTE),
    PART(thermal.column_tau, "column_tau", "time constant", 3 * NS_PER_HOUR),
    PART(tick, "tick", "between values of loads and speeds", 500 * NS_PER_MS),
    PART_NUMBER(air_load, "air_load", "spindle load in air at 6000 rpm, %", 6),
    PART_NUMBER(rated_watt, "rated_watt", "spindle power at 100 %, W", 15000),
    END,
};
static const struct section machine_section = {
    "machines", "simulated machines", sizeof(struct machine_plan), machine_options, NULL,
    NULL};

static const struct option farm_options[] = {
    OPTION(farm_plan, count, .min = 1, .max = 400, .fallback.integer = 400,
           .help = "Modbus devices with known values, each at a port of its own"),
    OPTION(farm_plan, registers, .min = 10, .max = 1000, .fallback.integer = 100,
           .help = "holding registers of each"),
    COUNT(farm_plan, port, "of the first; 0 = the kernel gives all", 0),
    DURATION(farm_plan, delay, "before an answer", 2 * NS_PER_MS),
    END,
};
static const struct section farm_section = {
    "devices", "a farm of known values", sizeof(struct farm_plan), farm_options, NULL,
    NULL};

static const struct option scenario_options[] = {
    COUNT(scenario_plan, seed, "the same seed makes the same day", 1),
    LIST(scenario_plan, machines, "simulated machines", machine_section),
    OPTION_AS("devices", scenario_plan, farm, .help = "a farm of Modbus devices",
              .entry = &farm_section),
    END,
};
const struct section scenario_section = {
    "scenario", "a simulated cell", sizeof(struct scenario_plan), scenario_options, NULL,
    NULL};
