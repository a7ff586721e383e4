/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/command_modbus.h"

const struct command commands_modbus[] = {
    {.name = "plan",
     .arguments = "[--config FILE] [--thinking MS]",
     .help = "show the Modbus requests that would be sent, and how busy lines are",
     .example = "spindlectl plan --config spindled.yaml",
     .run = run_plan},
    {.name = "probe",
     .arguments = "ADDRESS [--unit N] [--expect [AREA:]ADDRESS=VALUE]... [--timeout MS]",
     .help = "ask a machine what it has, by reading only, and print a configuration",
     .example = "spindlectl probe http://10.20.0.9:5000",
     .run = run_probe},
    {.name = "read",
     .arguments = "URL ADDRESS [--unit N] [--area NAME] [--timeout MS]",
     .help = "read one Modbus address and show it in every type and order",
     .example = "spindlectl read tcp://10.20.0.3:502 4100 --unit 1 --area holding",
     .run = run_read},
    {0                                                              },
};
