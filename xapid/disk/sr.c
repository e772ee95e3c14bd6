/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage repositories as records. What touches storage belongs to the storage
 * workers. (source of rules and errors: lifecycle.json object_rules) */
#include <ctype.h>
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "disk/vdi.h"
#include "host/host_live.h"
#include "model/builder.h"

/* ---- drivers ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
sr_get_supported_types(struct call *c,
    const struct sr_get_supported_types_args *a, struct set *result_r)
{
	const struct record **all;
	const char **types;
	uint32_t n;

	(void)a;
	if (db_get_all(c->db, CLASS_SM, &all, &n) < 0)
		return call_fail_nomem(c);
	types = arena_array(c->arena, n ? n : 1, sizeof(*types));
	if (!types) {
		db_release_all(all, n);
		return call_fail_nomem(c);
	}
	for (uint32_t i = 0; i < n; i++)
		types[i] = ((const struct sm *)all[i])->type;
	qsort(types, n, sizeof(*types), by_name);
	*result_r = (struct set){ .items = types, .n = n };
	return call_hold_all(c, all, n);
}

static int
serves_type(const struct record *r, void *type)
{
	return strcmp(((const struct sm *)r)->type, type) == 0;
}

const char *
sr_driver(struct call *c, struct tx *t, const char *type)
{
	char *name = arena_strdup(c->arena, type);

	if (!name) {
		(void)call_fail_nomem(c);
		return NULL;
	}
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (tx_each(t, CLASS_SM, serves_type, name) == 1)
		return name;
	(void)fail_sr_unknown_driver(c, type);
	return NULL;
}

/* ---- introduce and forget ---- */

int
sr_introduce(struct call *c, const struct sr_introduce_args *a,
    struct ref *result_r)
{
	TX_SCOPE struct tx *t = NULL;
	struct sr sr;

	builder_defaults(CLASS_SR, &sr.r);
	edit_from_args(c, a, &sr.r);
	sr.physical_utilisation = sr.physical_size = -1; /* not known yet */
	sr.default_vdi_visibility = true;
	if (a->uuid[0]) {
		RECORD_UNREF const struct record *there =
		    db_get_by_uuid(c->db, CLASS_SR, a->uuid);

		if (there)
			return fail_sr_uuid_exists(c, a->uuid);
	}
	t = call_begin(c);
	if (!t || !(sr.type = sr_driver(c, t, a->type)))
		return -1;
	(void)tx_insert(t, &sr.r, result_r);
	sr_operations_refresh(t, *result_r);
	return call_commit(c, STEAL(t));
}

/* The rows of an SR's VDIs and PBDs go with it. */
static int
forget_parts(struct call *c, struct tx *t, const struct sr *sr)
{
	uint32_t nvdis = sr->VDIs.n, npbds = sr->PBDs.n;
	struct ref *refs =
	    arena_array(c->arena, nvdis + npbds + 1, sizeof(*refs));

	if (!refs)
		return call_fail_nomem(c);
	if (nvdis)
		memcpy(refs, sr->VDIs.items, nvdis * sizeof(*refs));
	if (npbds)
		memcpy(refs + nvdis, sr->PBDs.items, npbds * sizeof(*refs));
	for (uint32_t i = 0; i < nvdis; i++)
		if (vdi_forget_row(c, t, refs[i]) < 0)
			return -1;
	for (uint32_t i = 0; i < npbds; i++)
		(void)tx_destroy(t, CLASS_PBD, refs[nvdis + i]);
	return 0;
}

int
sr_forget(struct call *c, const struct sr_forget_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct sr *sr;

	if (!t || !(sr = EDIT_HEAD(c, t, SR, sr, a->sr)) ||
	    sr_operation_check(c, t, sr, STORAGE_OPERATIONS_FORGET) < 0)
		return -1;
	if (forget_parts(c, t, sr) < 0)
		return -1;
	(void)tx_destroy(t, CLASS_SR, a->sr);
	return call_commit(c, STEAL(t));
}

/* ---- settings ---- */

int
sr_set_shared(struct call *c, const struct sr_set_shared_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct sr *sr;

	if (!t || !(sr = EDIT_HEAD(c, t, SR, sr, a->sr)))
		return -1;
	if (!a->value && sr->PBDs.n > 1)
		return edit_fail_refs(c, "SR_HAS_MULTIPLE_PBDS", sr->PBDs.items,
		    sr->PBDs.n);
	TX_SET(t, SR, sr, a->sr, shared, a->value);
	return call_commit(c, STEAL(t));
}

/* ---- hosts ---- */

/* Whether a host that is up and in service has the SR attached by this PBD. */
static bool
is_live(struct call *c, struct ref pbd_ref, struct ref *host_r)
{
	RECORD_UNREF const struct record *p = db_get(c->db, CLASS_PBD, pbd_ref);
	const struct pbd *pbd = (const struct pbd *)p;
	RECORD_UNREF const struct record *h =
	    pbd ? db_get(c->db, CLASS_host, pbd->host) : NULL;
	const struct host *host = (const struct host *)h;

	if (!host || !pbd->currently_attached || !host->enabled)
		return false;
	*host_r = pbd->host;
	return host_is_live(c->db, host);
}

int
sr_get_live_hosts(struct call *c, const struct sr_get_live_hosts_args *a,
    struct set *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_SR, a->sr);
	const struct sr *sr = (const struct sr *)r;
	struct ref *hosts;

	if (!sr)
		return -1;
	hosts = arena_array(c->arena, sr->PBDs.n + 1, sizeof(*hosts));
	if (!hosts)
		return call_fail_nomem(c);
	*result_r = (struct set){ .items = hosts };
	for (uint32_t i = 0; i < sr->PBDs.n; i++)
		if (is_live(c, ((const struct ref *)sr->PBDs.items)[i],
			&hosts[result_r->n]))
			result_r->n++;
	return 0;
}

/* What SR.create has taken the place of. */
int
sr_make(struct call *c, const struct sr_make_args *a, const char **result_r)
{
	(void)a;
	(void)result_r;
	return fail_message_deprecated(c);
}
