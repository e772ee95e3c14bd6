/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The templates of a new pool (datamodel/templates) as VMs. */
#ifndef XAPID_TEMPLATE_H
#define XAPID_TEMPLATE_H

#include "templates_gen.h"
#include "world/maker.h"

/* NULL: no such reference_label. */
const struct template_info *template_find(const char *reference_label);
/* A halted VM with a template's settings, without metrics and names; seed is
 * the mac_seed. Texts are the template's or b's. */
void template_fill(struct builder *b, const struct template_info *t,
    const char *mac_seed, struct vm *vm);
/* All of them. */
void template_add_all(struct maker *m);

#endif
