/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk/storage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_MEMBERS 24

/* The configuration that reaches the SR: that of a PBD which is attached, else
 * of any. Published; copied into the call's arena. */
static struct value
device_config(struct plan *p, const struct sr *sr)
{
	struct value v = { .kind = VALUE_STRUCT };
	const struct ref *pbds = sr->PBDs.items;
	struct value_member *m;

	for (uint32_t i = 0; i < sr->PBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(p->core->db, CLASS_PBD, pbds[i]);
		const struct pbd *pbd = (const struct pbd *)r;
		const char *const *keys, *const *values;

		if (!pbd || (v.n && !pbd->currently_attached))
			continue;
		keys = pbd->device_config.keys;
		values = pbd->device_config.values;
		m = arena_array(p->call->arena, pbd->device_config.n + 1,
		    sizeof(*m));
		for (uint32_t k = 0; m && k < pbd->device_config.n; k++) {
			m[k].name = arena_strdup(p->call->arena, keys[k]);
			m[k].value = value_of_text(
			    arena_strdup(p->call->arena, values[k]));
		}
		v.members = m;
		v.n = m ? pbd->device_config.n : 0;
		if (pbd->currently_attached)
			break;
	}
	return v;
}

static int
send_request(struct plan *p, plan_reply_fn *reply, struct ref ref,
    struct ref source, const char *op, va_list ap)
{
	RECORD_UNREF const struct record *r = call_get(p->call, CLASS_SR, ref);
	RECORD_UNREF const struct record *from =
	    ref_is_null(source) ? NULL : call_get(p->call, CLASS_SR, source);
	const struct sr *sr = (const struct sr *)r;
	struct value_member m[MAX_MEMBERS];
	struct value body = { .kind = VALUE_STRUCT, .members = m };
	const char *name;

	if (!sr || (!from && !ref_is_null(source)))
		return -1;
	m[body.n++] = (struct value_member){ "op", value_of_text(op) };
	m[body.n++] = (struct value_member){ "uuid", value_of_text(sr->uuid) };
	m[body.n++] =
	    (struct value_member){ "driver", value_of_text(sr->type) };
	m[body.n++] =
	    (struct value_member){ "device_config", device_config(p, sr) };
	if (from) {
		const struct sr *other = (const struct sr *)from;

		m[body.n++] = (struct value_member){ "source_driver",
			value_of_text(other->type) };
		m[body.n++] = (struct value_member){ "source_config",
			device_config(p, other) };
	}
	while (body.n < MAX_MEMBERS && (name = va_arg(ap, const char *))) {
		m[body.n].name = name[0] == '#' ? name + 1 : name;
		if (name[0] == '#')
			m[body.n].value = (struct value){ .kind = VALUE_INT,
				.i = va_arg(ap, int64_t) };
		else
			m[body.n].value =
			    value_of_text(va_arg(ap, const char *));
		body.n++;
	}
	return plan_send_to(p, PLAN_STORAGE, reply, &body);
}

int
storage_send(struct plan *p, plan_reply_fn *reply, struct ref sr,
    const char *op, ...)
{
	va_list ap;
	int rc;

	va_start(ap, op);
	rc = send_request(p, reply, sr, REF_NULL, op, ap);
	va_end(ap);
	return rc;
}

int
storage_send_to_driver(struct plan *p, plan_reply_fn *reply, const char *driver,
    const struct value_member *config, uint32_t n, const char *op)
{
	const struct value_member m[] = {
		{ "op", value_of_text(op) },
		{ "uuid", value_of_text("") },
		{ "driver", value_of_text(driver) },
		{ "device_config",
		    { .kind = VALUE_STRUCT, .n = n, .members = config } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 4,
		.members = m };

	return plan_send_to(p, PLAN_STORAGE, reply, &body);
}

int
storage_send_from(struct plan *p, plan_reply_fn *reply, struct ref sr,
    struct ref source_sr, const char *op, ...)
{
	va_list ap;
	int rc;

	va_start(ap, op);
	rc = send_request(p, reply, sr, source_sr, op, ap);
	va_end(ap);
	return rc;
}

/* ---- checks ---- */

struct search {
	const char *type, *feature;
	bool tools;
};

static int
has_feature(const struct record *r, void *arg)
{
	const struct sm *sm = (const struct sm *)r;
	const struct search *s = arg;
	const char *const *keys = sm->features.keys;

	if (strcmp(sm->type, s->type) != 0)
		return 0;
	for (uint32_t i = 0; s->feature && i < sm->features.n; i++)
		if (strcmp(keys[i], s->feature) == 0)
			return 1;
	return !s->feature;
}

int
storage_check(struct call *c, struct tx *t, struct ref ref, const char *feature)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);
	struct search s = { .feature = feature };
	const char *name = call_ref_text(c, ref);
	const struct ref *pbds;
	bool attached = false;

	if (!sr)
		return fail_handle_invalid(c, "SR", name);
	s.type = sr->type;
	if (tx_each(t, CLASS_SM, has_feature, &s) != 1 ||
	    (sr->is_tools_sr && feature &&
		(strcmp(feature, "VDI_CREATE") == 0 ||
		    strcmp(feature, "VDI_DELETE") == 0)))
		return fail_sr_operation_not_supported(c, name);
	pbds = sr->PBDs.items;
	for (uint32_t i = 0; i < sr->PBDs.n; i++) {
		const struct pbd *pbd = TX_GET(t, PBD, pbd, pbds[i]);

		attached |= pbd && pbd->currently_attached;
	}
	return attached ? 0 : fail_sr_has_no_pbds(c, name);
}

/* ---- answers ---- */

int
storage_note(struct plan *p, const struct value *answer)
{
	char number[24];

	for (uint32_t i = 0; answer->kind == VALUE_STRUCT && i < answer->n;
	     i++) {
		const struct value_member *m = &answer->members[i];

		if (m->value.kind == VALUE_STRING &&
		    plan_note(p, m->name, m->value.s) < 0)
			return -1;
		if (m->value.kind != VALUE_INT)
			continue;
		snprintf(number, sizeof(number), "%lld", (long long)m->value.i);
		if (plan_note(p, m->name, number) < 0)
			return -1;
	}
	return 0;
}

int
storage_set_sizes(struct plan *p, struct tx *t, struct ref ref)
{
	int64_t size = plan_arg_int(p, "size", -1);
	int64_t used = plan_arg_int(p, "used", -1);

	if (size >= 0)
		TX_SET(t, SR, sr, ref, physical_size, size);
	if (used >= 0)
		TX_SET(t, SR, sr, ref, physical_utilisation, used);
	return 0;
}
