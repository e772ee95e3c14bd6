/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Class secret. Who may read a value is in the datamodel; here is only the
 * making of one with a given uuid, when a pool is put together. */
#include "call/call.h"

int
secret_introduce(struct call *c, const struct secret_introduce_args *a,
    struct ref *result_r)
{
	const struct secret s = {
		.r = { .cls = &class_table[CLASS_secret] },
		.uuid = a->uuid,
		.value = a->value,
		.other_config = a->other_config,
	};
	struct ref uuid;
	struct tx *t;

	if (!uuid_parse(a->uuid, &uuid) || ref_is_null(uuid))
		return fail_invalid_value(c, "uuid", a->uuid);
	t = call_begin(c);
	if (!t)
		return -1;
	(void)tx_insert(t, &s.r, result_r);
	return call_commit(c, t);
}
