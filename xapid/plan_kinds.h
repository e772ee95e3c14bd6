/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All kinds of plans there are, so that a restarted daemon can go on with any
 * of them. */
#ifndef XAPID_PLAN_KINDS_H
#define XAPID_PLAN_KINDS_H

struct plan_kind;

/* NULL at the end; for plans_resume. */
const struct plan_kind *const *plan_kinds(void);

#endif
