/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: the templates of a new pool */

#ifndef XAPID_TEMPLATES_GEN_H
#define XAPID_TEMPLATES_GEN_H

#include "model/model.h"

/* Fields of VM. Maps have string keys and values. */
struct template_info {
	const char *reference_label, *uuid, *name_label, *name_description;
	enum domain_type domain_type;
	int64_t memory_static_min, memory_static_max; /* bytes */
	int64_t vcpus;
	struct map HVM_boot_params, platform, other_config;
	const char *PV_bootloader, *PV_args;
	const char *recommendations, *generation_id;
	int64_t disk_size; /* of the first disk, bytes; 0: none */
};

extern const struct template_info template_table[];
extern const unsigned template_count;

#endif
