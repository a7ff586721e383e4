/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/units.h"

#include "daemon/base/text.h"

#include <string.h>

struct units_row {
    const char *ours;
    const char
        *theirs; /* the first of each kind is the standard's own, for absent units */
    double factor, offset;
};

static const struct units_row rows[] = {
    {"mm/min",    "MILLIMETER/SECOND", 60,                0         },
    {"mm/min",    "MILLIMETER/MINUTE", 1,                 0         },
    {"mm/min",    "METER/SECOND",      60000,             0         },
    {"mm/min",    "METER/MINUTE",      1000,              0         },
    {"mm/min",    "INCH/SECOND",       1524,              0         },
    {"mm/min",    "INCH/MINUTE",       25.4,              0         },
    {"mm/min",    "FOOT/SECOND",       18288,             0         },
    {"mm/min",    "FOOT/MINUTE",       304.8,             0         },
    {"{rev}/min", "REVOLUTION/MINUTE", 1,                 0         },
    {"{rev}/min", "REVOLUTION/SECOND", 60,                0         },
    {"{rev}/min", "DEGREE/SECOND",     1.0 / 6,           0         },
    {"{rev}/min", "DEGREE/MINUTE",     1.0 / 360,         0         },
    {"{rev}/min", "RADIAN/SECOND",     9.549296585513721, 0         },
    {"%",         "PERCENT",           1,                 0         },
    {"Cel",       "CELSIUS",           1,                 0         },
    {"Cel",       "FAHRENHEIT",        5.0 / 9,           -160.0 / 9},
    {"Cel",       "KELVIN",            1,                 -273.15   },
    {"W",         "WATT",              1,                 0         },
    {"W",         "KILOWATT",          1000,              0         },
    {"W",         "HORSEPOWER",        745.6998715822702, 0         },
    {"A",         "AMPERE",            1,                 0         },
    {"A",         "MILLIAMPERE",       0.001,             0         },
    {"A",         "KILOAMPERE",        1000,              0         },
    {"mm",        "MILLIMETER",        1,                 0         },
    {"mm",        "MICROMETER",        0.001,             0         },
    {"mm",        "CENTIMETER",        10,                0         },
    {"mm",        "METER",             1000,              0         },
    {"mm",        "INCH",              25.4,              0         },
    {"mm",        "FOOT",              304.8,             0         },
    {"kW.h",      "WATT_SECOND",       1 / 3.6e6,         0         },
    {"kW.h",      "JOULE",             1 / 3.6e6,         0         },
    {"kW.h",      "WATT_HOUR",         0.001,             0         },
    {"kW.h",      "KILOWATT_HOUR",     1,                 0         },
    {"s",         "SECOND",            1,                 0         },
    {"s",         "MILLISECOND",       0.001,             0         },
    {"s",         "MINUTE",            60,                0         },
    {"s",         "HOUR",              3600,              0         },
};

static const struct units_row *find(const char *ours, const char *theirs)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].ours, ours) == 0 &&
            (!*theirs || text_equal_fold(rows[i].theirs, theirs)))
            return &rows[i];
    return NULL;
}

bool units_convert(const struct data_item *item, const char *unit, bool is_native,
                   struct conversion *ret_conversion)
{
    bool takes_native = is_native && *item->native_units;
    const struct units_row *row = NULL;

    *ret_conversion = (struct conversion){.factor = 1};
    if (!*unit || strcmp(unit, "{part}") == 0)
        return true;
    if (takes_native)
        row = find(unit, item->native_units);
    if (!row)
        row = find(unit, item->units);
    if (!row)
        return false;
    *ret_conversion = (struct conversion){.factor = row->factor, .offset = row->offset};
    if (is_native)
        ret_conversion->factor /= item->native_scale;
    return true;
}
