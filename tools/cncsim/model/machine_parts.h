/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of a machine only: showing, cutting, incidents. */
#pragma once

#include "tools/cncsim/model/machine.h"

/* panel_show.c: shows a value when it is another one than before. */
void machine_show(struct machine *machine, enum panel_item item, double number);
void machine_show_text(struct machine *machine, enum panel_item item, const char *text);
void machine_show_fault(struct machine *machine, double level, const char *text);
void machine_show_execution(struct machine *machine, enum execution execution);
void machine_show_later(struct machine *machine, int64_t delay_ns, enum panel_item item,
                        double number);
void machine_tell_event(struct machine *machine, const char *event, const char *text,
                        double value, int64_t lasts_ns);

/* cutting.c: what the spindle and the axes show in the present step. */
void machine_show_step(struct machine *machine);
void machine_show_loads(struct machine *machine);
int machine_edge_index(const struct machine *machine, const char *tool); /* -1 = none */
void machine_wear_tools(struct machine *machine);
void machine_renew_tools(struct machine *machine);
void machine_measure(struct machine *machine);

/* cycle.c */
void machine_begin_cycle(struct machine *machine);
void machine_begin_step(struct machine *machine);
void machine_end_step(struct machine *machine);
void machine_end_cycle(struct machine *machine, bool is_complete);
void machine_pause(struct machine *machine, enum execution execution, enum bucket bucket,
                   int64_t lasts_ns);
void machine_resume(struct machine *machine);

/* mm; 0 = no bar feeder. */
double machine_bar_left(const struct machine *machine);
void machine_time_step(struct machine *machine); /* after an override has moved */
void machine_count(struct machine *machine, int64_t parts);
bool machine_in_cycle(const struct machine *machine);

/* incident.c */
void machine_draw_incidents(struct machine *machine); /* those of the coming cycle */
