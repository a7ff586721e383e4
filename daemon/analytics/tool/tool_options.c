/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/tool_options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ACT_INDEX 1.30 /* domain.md 3.3 */
#define CARBIDE   0.25 /* domain.md 3.8 */

const char *const need_names[NEED_COUNT + 1] = {
    [NEED_TOOLS] = "tools", [NEED_STOCK] = "stock", [NEED_COOLANT] = "coolant",
    [NEED_CHIPS] = "chips", [NEED_DRIFT] = "drift",
};

static const struct unit_row {
    const char *name;
    enum life_unit unit;
    double factor;
} life_units[] =
    {
        {"parts",   LIFE_UNIT_PARTS,   1       },
        {"part",    LIFE_UNIT_PARTS,   1       },
        {"pcs",     LIFE_UNIT_PARTS,   1       },
        {"min",     LIFE_UNIT_MINUTES, 1       },
        {"minutes", LIFE_UNIT_MINUTES, 1       },
        {"h",       LIFE_UNIT_MINUTES, 60      },
        {"s",       LIFE_UNIT_MINUTES, 1 / 60.0},
        {"m",       LIFE_UNIT_METRES,  1       },
        {"metres",  LIFE_UNIT_METRES,  1       },
        {"km",      LIFE_UNIT_METRES,  1000    },
        {"%s",      LIFE_UNIT_ENERGY,  1       },
        {NULL,      LIFE_UNIT_PARTS,   0       },
},
  wear_units[] = {
      {"mm", LIFE_UNIT_PARTS, 1},
      {"um", LIFE_UNIT_PARTS, 1e-3},
      {"µm", LIFE_UNIT_PARTS, 1e-3},
      {NULL, LIFE_UNIT_PARTS, 0},
};

static const struct unit_row *find_unit(const struct unit_row *rows, const char *name)
{
    while (rows->name && !text_equal_fold(rows->name, name))
        rows++;
    return rows->name ? rows : NULL;
}

int life_limit_read(const char *text, struct life_limit *ret_limit)
{
    const struct life_limit none = {NAN, LIFE_UNIT_PARTS, NAN};
    char number[32];
    double amount;

    *ret_limit = none;
    if (!text || !*text)
        return 0;

    size_t length = strspn(text, "0123456789.eE+-");
    if (length == 0 || length >= sizeof(number))
        return -EINVAL;
    memcpy(number, text, length);
    number[length] = '\0';
    if (text_read_number(number, &amount) || !(amount > 0))
        return -EINVAL;

    const char *unit = text + length + strspn(text + length, " ");
    const struct unit_row *row = find_unit(life_units, *unit ? unit : "parts");
    if (row) {
        ret_limit->amount = amount * row->factor;
        ret_limit->unit = row->unit;
        return 0;
    }
    row = find_unit(wear_units, unit);
    if (row)
        ret_limit->wear_mm = amount * row->factor;
    return row ? 0 : -EINVAL;
}

static int keep(const char *scalar, void *field)
{
    char *copy = strdup(scalar);

    memcpy(field, &copy, sizeof(copy));
    return copy ? 0 : -ENOMEM;
}

static int read_limit(const char *scalar, void *field, char reterr_expected[128])
{
    struct life_limit limit;

    (void)text_copy(reterr_expected, 128,
                    "an amount like 180 parts, 90 min, 400 m or 0.3mm of wear");
    return life_limit_read(scalar, &limit) ? -EINVAL : keep(scalar, field);
}

static int read_wear(const char *scalar, void *field, char reterr_expected[128])
{
    struct life_limit limit;

    (void)text_copy(reterr_expected, 128, "a width like 0.3mm or 300um");
    if (life_limit_read(scalar, &limit) || isnan(limit.wear_mm))
        return -EINVAL;
    return keep(scalar, field);
}

static int read_unit(const char *scalar, void *field, char reterr_expected[128])
{
    (void)text_copy(reterr_expected, 128, "parts, min, m (metres) or %s (load by time)");
    return find_unit(life_units, scalar) ? keep(scalar, field) : -EINVAL;
}

static const struct option life_rows[] = {
    OPTION(tool_life_options, limit, .parse = read_limit, .example = "240 parts",
           .help = "life of a tool that has no limit of its own; the unit is what life "
                   "is counted in"),
    OPTION(tool_life_options, wear_limit, .parse = read_wear, .example = "0.3mm",
           .help = "measured wear at which an edge is worn out"),
    OPTION(tool_life_options, unit, .parse = read_unit, .example = "min",
           .help = "what life is counted in: parts, min, m, %s; as the limit says when "
                   "left out, min with a limit of wear alone, else parts"),
    OPTION(tool_life_options, act, .min = 1.01, .max = 10, .fallback.number = ACT_INDEX,
           .help = "load index at which a tool counts as worn until past lives say"),
    OPTION(tool_life_options, taylor, .min = 0.05, .max = 1, .fallback.number = CARBIDE,
           .help =
               "exponent n of Taylor's law V T^n = C until lives at three speeds teach "
               "it: 0.125 high speed steel, 0.25 carbide, 0.6 ceramic"),
    OPTION(tool_life_options, edge_cost, .max = 1e6, .fallback.number = NAN,
           .help = "price of one cutting edge, its change included"),
    OPTION(tool_life_options, failure_cost, .max = 1e9, .fallback.number = NAN,
           .help = "cost of an edge that fails in use: scrap, damage, standstill"),
    OPTION(tool_life_options, change_min, .max = 600, .unit = "min",
           .fallback.number = NAN,
           .help = "how long the machine stands to change an edge: with it the fastest "
                   "and, with rate_per_h and edge_cost, the cheapest speed are told"),
    {0},
};

static const struct section life_section = {
    .name = "life",
    .help = "what holds for tools that say nothing else",
    .size = sizeof(struct tool_life_options),
    .options = life_rows,
};

static const struct option entry_rows[] = {
    OPTION(tool_entry, tool, .required = true, .is_key = true,
           .help = "its number or station, as the control shows it"),
    OPTION(tool_entry, type, .example = "endmill-10",
           .help = "tools of one type learn from each other"),
    OPTION(tool_entry, group, .help = "sister tools: their remaining lives add up"),
    OPTION(tool_entry, limit, .parse = read_limit, .example = "180 parts",
           .help = "life after which it is replaced"),
    OPTION(tool_entry, wear_limit, .parse = read_wear, .example = "0.3mm",
           .help = "measured wear at which it is worn out"),
    OPTION(tool_entry, unit, .parse = read_unit, .example = "min",
           .help = "what its life is counted in"),
    OPTION(tool_entry, diameter, .max = 10000, .unit = "mm", .fallback.number = NAN,
           .help = "for the cutting distance; of the workpiece on a lathe"),
    OPTION(tool_entry, taylor, .min = 0.05, .max = 1, .fallback.number = NAN,
           .help = "its exponent of Taylor's law"),
    OPTION(tool_entry, edge_cost, .max = 1e6, .fallback.number = NAN,
           .help = "price of one cutting edge, its change included"),
    OPTION(tool_entry, failure_cost, .max = 1e9, .fallback.number = NAN,
           .help = "cost of an edge that fails in use"),
    OPTION(tool_entry, change_min, .max = 600, .unit = "min", .fallback.number = NAN,
           .help = "how long the machine stands to change its edge"),
    {0},
};

static const struct section entry_section = {
    .name = "tool",
    .help = "one tool of the machine",
    .size = sizeof(struct tool_entry),
    .options = entry_rows,
};

static const struct option rows[] = {
    OPTION(tool_options, life, .entry = &life_section,
           .help = "what holds for tools that say nothing else"),
    OPTION(tool_options, list, .entry = &entry_section, .max = 64,
           .help = "tools with limits, types or groups of their own"),
    OPTION(tool_options, offset_factor, .min = -4, .max = 4, .fallback.number = 1,
           .help = "how much a measured dimension moves for 1 of wear offset: 1 on "
                   "diameter, 2 for radius programming, negative when against it"),
    OPTION(tool_options, unattended, .measure = MEASURE_DURATION, .min = 60e9,
           .max = 7 * 86400e9, .fallback.integer = 8 * NS_PER_HOUR,
           .help = "how long the machine shall run without people: p_unattended is the "
                   "probability that it does"),
    OPTION(tool_options, needs, .choices = need_names, .max = NEED_COUNT,
           .example = "[tools, stock, coolant]",
           .help =
               "what the machine needs to run without people; all when left out. What "
               "it needs and nothing is known of is said, and never counts as enough"),
    OPTION(tool_options, coolant_min, .max = 100, .unit = "%",
           .fallback.number = COOLANT_MIN,
           .help = "coolant level at which somebody must come"),
    OPTION(tool_options, chips_max, .max = 100, .unit = "%", .fallback.number = CHIPS_MAX,
           .help = "chip level at which somebody must come"),
    OPTION(tool_options, bar_remnant, .max = 10000, .unit = "mm",
           .help = "length of a bar that the feeder cannot use"),
    OPTION(tool_options, monitor, .fallback.flag = true,
           .help = "tell of broken, missing and wrong tools"),
    {0},
};

const struct section tool_section = {
    .name = "tools",
    .help = "limits, types and prices of tools",
    .size = sizeof(struct tool_options),
    .options = rows,
};

static const struct tool_entry *find_entry(const struct tool_options *options,
                                           const char *tool)
{
    const struct tool_entry *entries = options ? options->list.items : NULL;

    for (size_t i = 0; options && i < options->list.count; i++)
        if (strcmp(entries[i].tool, tool) == 0)
            return &entries[i];
    return NULL;
}

/* The first of two limits' texts that says something of its kind. */
static void merge_limit(struct life_limit *limit, const char *text)
{
    struct life_limit more;

    if (life_limit_read(text, &more))
        return;
    if (isnan(limit->amount) && !isnan(more.amount)) {
        limit->amount = more.amount;
        limit->unit = more.unit;
    }
    if (isnan(limit->wear_mm))
        limit->wear_mm = more.wear_mm;
}

static enum life_unit choose_unit(const char *own, const char *general,
                                  const struct life_limit *limit)
{
    const struct unit_row *row = own ? find_unit(life_units, own) : NULL;

    if (!row && general)
        row = find_unit(life_units, general);
    if (row)
        return row->unit;
    if (!isnan(limit->amount))
        return limit->unit;
    return isnan(limit->wear_mm) ? LIFE_UNIT_PARTS : LIFE_UNIT_MINUTES;
}

void tool_setting_find(const struct tool_options *options, const char *tool,
                       struct tool_setting *ret_setting)
{
    static const struct tool_life_options no_life = {.act = ACT_INDEX,
                                                     .taylor = CARBIDE,
                                                     .edge_cost = NAN,
                                                     .failure_cost = NAN,
                                                     .change_min = NAN};
    static const struct tool_entry no_entry = {
        .diameter = NAN, .edge_cost = NAN, .failure_cost = NAN, .change_min = NAN};
    const struct tool_entry *entry = find_entry(options, tool);
    const struct tool_life_options *life =
        options && options->life ? options->life : &no_life;
    struct tool_setting *setting = ret_setting;

    if (!entry)
        entry = &no_entry;
    (void)life_limit_read(NULL, &setting->limit);
    merge_limit(&setting->limit, entry->limit);
    merge_limit(&setting->limit, entry->wear_limit);
    merge_limit(&setting->limit, life->limit);
    merge_limit(&setting->limit, life->wear_limit);
    setting->unit = choose_unit(entry->unit, life->unit, &setting->limit);
    setting->is_unit_open = !entry->unit && !life->unit && isnan(setting->limit.amount);
    if (setting->limit.unit != setting->unit)
        setting->limit.amount = NAN; /* it is of another unit: nothing to compare with */
    setting->group = entry->group ? entry->group : "";
    setting->type = entry->type ? entry->type : *setting->group ? setting->group : tool;
    setting->taylor = entry->taylor > 0 ? entry->taylor : life->taylor;
    setting->act = life->act;
    setting->diameter = entry->diameter;
    setting->edge_cost = isnan(entry->edge_cost) ? life->edge_cost : entry->edge_cost;
    setting->failure_cost =
        isnan(entry->failure_cost) ? life->failure_cost : entry->failure_cost;
    setting->change_min = entry->change_min > 0 ? entry->change_min : life->change_min;
}
