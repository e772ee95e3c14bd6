/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scan compares what a repository holds with the records of its disks. Plans
 * of disks go on meanwhile, so it is three things that are compared: the
 * records when the question was asked, the answer, and the records now. A row
 * goes only if it was there before and its volume is not; one comes only for a
 * volume that nobody knew before and nobody knows now. */
#include "disk/sr_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "disk/vdi.h"
#include "model/builder.h"

struct volume {
	long long size, used;
	int read_only;
	const char *format, *uuid, *location; /* "-": none */
	bool known;
};

/* In call.state: of this run of the step, which is repeated after a restart,
 * question and all. */
struct scan {
	uint32_t nbefore;
	char (*before)[UUID_CHARS + 1]; /* uuids, sorted */
	uint32_t n;
	struct volume *volumes; /* by location */
	struct volume **by_uuid;
	char *text; /* what they point into */
};

/* ---- the question ---- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
forget_last(struct call *c)
{
	free(c->state);
	c->state = NULL;
}

/* One block of memory, so that it goes with the call. */
static struct scan *
scan_new(struct call *c, uint32_t nbefore, uint32_t n, size_t text)
{
	size_t volumes = n * sizeof(struct volume);
	size_t pointers = n * sizeof(struct volume *);
	size_t uuids = (size_t)nbefore * (UUID_CHARS + 1);
	struct scan *s =
	    calloc(1, sizeof(*s) + volumes + pointers + uuids + text);
	char *p;

	if (!s)
		return NULL;
	p = (char *)(s + 1);
	s->n = n;
	s->nbefore = nbefore;
	s->volumes = (struct volume *)(void *)p;
	s->by_uuid = (struct volume **)(void *)(p + volumes);
	s->before = (void *)(p + volumes + pointers);
	s->text = p + volumes + pointers + uuids;
	forget_last(c);
	c->state = s;
	return s;
}

static int
scan_check(struct plan *p, struct tx *t)
{
	return storage_check(p->call, t, p->object, NULL);
}

static int
note_before(struct plan *p)
{
	RECORD_UNREF const struct record *r =
	    call_get(p->call, CLASS_SR, p->object);
	const struct sr *sr = (const struct sr *)r;
	const struct ref *refs = sr ? sr->VDIs.items : NULL;
	struct scan *s = sr ? scan_new(p->call, sr->VDIs.n, 0, 0) : NULL;
	uint32_t n = 0;

	if (!s)
		return sr ? call_fail_nomem(p->call) : -1;
	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		RECORD_UNREF const struct record *v =
		    db_get(p->core->db, CLASS_VDI, refs[i]);
		const struct vdi *vdi = (const struct vdi *)v;

		/* One that is only being made may not be there yet. */
		if (vdi && vdi->location[0])
			snprintf(s->before[n++], UUID_CHARS + 1, "%s",
			    vdi->uuid);
	}
	s->nbefore = n;
	qsort(s->before, n, sizeof(*s->before), by_text);
	return 0;
}

/* ---- the answer ---- */

/* Splits "SIZE USED RO FORMAT UUID LOCATION" in its place. */
static bool
read_volume(char *line, struct volume *v)
{
	int at = 0;
	char *word;

	if (sscanf(line, "%lld %lld %d %n", &v->size, &v->used, &v->read_only,
		&at) != 3 ||
	    !at)
		return false;
	word = line + at;
	v->format = strsep(&word, " ");
	v->uuid = strsep(&word, " ");
	v->location = word;
	return word && *word && strlen(v->uuid) <= UUID_CHARS;
}

static int
by_location(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->location,
	    ((const struct volume *)b)->location);
}

static int
by_uuid(const void *a, const void *b)
{
	return strcmp((*(struct volume *const *)a)->uuid,
	    (*(struct volume *const *)b)->uuid);
}

static int
keep_volumes(struct plan *p, const struct value *all)
{
	const struct scan *old = p->call->state;
	size_t text = 0;
	struct scan *s;
	char *at;
	uint32_t n = 0;

	for (uint32_t i = 0; i < all->n; i++)
		text += all->items[i].kind == VALUE_STRING
		    ? strlen(all->items[i].s) + 1
		    : 0;
	p->call->state = NULL;
	s = scan_new(p->call, old->nbefore, all->n, text + 1);
	if (s)
		memcpy(s->before, old->before,
		    old->nbefore * sizeof(*s->before));
	free((void *)(uintptr_t)old);
	if (!s)
		return call_fail_nomem(p->call);
	at = s->text;
	for (uint32_t i = 0; i < all->n; i++) {
		size_t len;

		if (all->items[i].kind != VALUE_STRING)
			continue;
		len = strlen(all->items[i].s) + 1;
		memcpy(at, all->items[i].s, len);
		n += read_volume(at, &s->volumes[n]);
		at += len;
	}
	s->n = n;
	qsort(s->volumes, n, sizeof(*s->volumes), by_location);
	for (uint32_t i = 0; i < n; i++)
		s->by_uuid[i] = &s->volumes[i];
	qsort(s->by_uuid, n, sizeof(*s->by_uuid), by_uuid);
	return 0;
}

static int
take_answer(struct plan *p, const struct value *answer)
{
	const struct value *all = value_member(answer, "volumes");

	if (all && all->kind == VALUE_ARRAY)
		return keep_volumes(p, all);
	forget_last(p->call); /* what is known already */
	return 0;
}

static int
scan_send(struct plan *p)
{
	if (note_before(p) < 0)
		return -1;
	return storage_send(p, take_answer, p->object, "sr_scan", "#known",
	    (int64_t)((const struct scan *)p->call->state)->nbefore, NULL);
}

/* ---- the records ---- */

static struct volume *
find_volume(const struct scan *s, const struct vdi *vdi)
{
	struct volume key = { .location = vdi->location, .uuid = vdi->uuid };
	struct volume *pointer = &key, **found;
	struct volume *v =
	    bsearch(&key, s->volumes, s->n, sizeof(key), by_location);

	if (v)
		return v;
	found =
	    bsearch(&pointer, s->by_uuid, s->n, sizeof(*s->by_uuid), by_uuid);
	return found ? *found : NULL;
}

static bool
was_known(const struct scan *s, const char *uuid)
{
	return bsearch(uuid, s->before, s->nbefore, sizeof(*s->before),
		   by_text) != NULL;
}

static int
add_volume(struct plan *p, struct tx *t, const struct volume *v,
    struct ref *ref_r)
{
	struct builder b = { .arena = p->call->arena };
	struct vdi vdi;

	builder_defaults(CLASS_VDI, &vdi.r);
	vdi.uuid = v->uuid[0] == '-' ? "" : v->uuid;
	vdi.name_label = v->location;
	vdi.SR = p->object;
	vdi.type = VDI_TYPE_USER;
	vdi.location = v->location;
	vdi.managed = true;
	vdi.read_only = v->read_only;
	vdi.virtual_size = v->size;
	vdi.physical_utilisation = v->used;
	if (v->format[0] != '-')
		vdi.sm_config = BUILDER_MAP(&b, "image-format", v->format);
	return b.failed ? call_fail_nomem(p->call)
			: tx_insert(t, &vdi.r, ref_r);
}

static void
compare(struct tx *t, struct ref ref, const struct volume *v)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);
	bool was_missing = vdi->missing;

	TX_SET(t, VDI, vdi, ref, physical_utilisation, v->used);
	TX_SET(t, VDI, vdi, ref, missing, false);
	if (was_missing)
		vdi_operations_refresh(t, ref);
}

/* Without its volume: the row goes, unless a VM has it; then it is marked. */
static int
miss(struct plan *p, struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);

	if (!vdi->VBDs.n)
		return vdi_take_out(p, t, ref);
	TX_SET(t, VDI, vdi, ref, missing, true);
	return 0;
}

static int
look_at_rows(struct plan *p, struct tx *t, const struct scan *s)
{
	const struct sr *sr = TX_GET(t, SR, sr, p->object);
	uint32_t n = sr->VDIs.n;
	struct ref *refs = arena_array(p->call->arena, n + 1, sizeof(*refs));

	if (!refs)
		return call_fail_nomem(p->call);
	if (n)
		memcpy(refs, sr->VDIs.items, n * sizeof(*refs));
	for (uint32_t i = 0; i < n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);
		struct volume *v = vdi ? find_volume(s, vdi) : NULL;

		if (v) {
			v->known = true;
			compare(t, refs[i], v);
		} else if (vdi && was_known(s, vdi->uuid) &&
		    miss(p, t, refs[i]) < 0) {
			return -1;
		}
	}
	return 0;
}

static int
scan_apply(struct plan *p, struct tx *t)
{
	const struct scan *s = p->call->state;
	struct ref *refs;
	int64_t size = 0;
	uint32_t n = 0;

	if (!s || !TX_GET(t, SR, sr, p->object))
		return 0;
	if (look_at_rows(p, t, s) < 0)
		return -1;
	refs = arena_array(p->call->arena, s->n + 1, sizeof(*refs));
	if (!refs)
		return call_fail_nomem(p->call);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct volume *v = &s->volumes[i];

		if (v->known || was_known(s, v->uuid))
			continue;
		if (add_volume(p, t, v, &refs[n++]) < 0)
			return -1;
		size += v->size;
	}
	storage_account(t, p->object, size, 0);
	vdi_operations_refresh_all(t, p->object, refs, n);
	return sr_merge_then(p, t, p->object);
}

static int
stat_send(struct plan *p)
{
	return storage_send(p, storage_note, p->object, "sr_stat", NULL);
}

static int
stat_apply(struct plan *p, struct tx *t)
{
	return storage_set_sizes(p, t, p->object);
}

static int
finish(struct plan *p, struct tx *t, bool ok)
{
	(void)ok;
	sr_operations_refresh(t, p->object);
	return 0;
}

/* ---- plans ---- */

static const struct step scan_steps[] = {
	{ "scan", scan_send, scan_apply, NULL, NULL },
	{ "stat", stat_send, stat_apply, NULL, NULL },
	{ 0 },
};

static const struct step update_steps[] = {
	{ "stat", stat_send, stat_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind sr_scan_kind = {
	.name = "SR.scan",
	.cls = CLASS_SR,
	.operation = "scan",
	.steps = scan_steps,
	.check = scan_check,
	.finish = finish,
};

const struct plan_kind sr_update_kind = {
	.name = "SR.update",
	.cls = CLASS_SR,
	.operation = "update",
	.steps = update_steps,
	.check = scan_check,
	.finish = finish,
};

int
sr_scan(struct call *c, const struct sr_scan_args *a)
{
	return plan_start(c, &sr_scan_kind, a->sr, NULL);
}

int
sr_update(struct call *c, const struct sr_update_args *a)
{
	return plan_start(c, &sr_update_kind, a->sr, NULL);
}
