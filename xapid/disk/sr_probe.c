/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What storage there is before a repository is made: asked of the driver, and
 * compared with the repositories that are known. Plans of the host, which
 * change nothing. (source of the two forms: smapi.md) */
#include <stdio.h>
#include <string.h>

#include "call/edit.h"
#include "disk/storage.h"
#include "lib/bytes.h"
#include "model/builder.h"

struct found {
	long long total, free, volumes;
	const char *path;
};

/* ---- which of them is a repository ---- */

struct search {
	const char *path;
	struct ref sr;
};

static int
is_there(const struct record *r, void *arg)
{
	const struct pbd *pbd = (const struct pbd *)r;
	struct search *s = arg;
	const char *path = builder_find(&pbd->device_config, "location");

	if (!path || strcmp(path, s->path) != 0)
		return 0;
	s->sr = pbd->SR;
	return 1;
}

/* NULL: none that is known. */
static const struct sr *
find_sr(struct tx *t, const char *path, const char *type)
{
	struct search s = { .path = path };
	const struct sr *sr = tx_each(t, CLASS_PBD, is_there, &s) == 1
	    ? TX_GET(t, SR, sr, s.sr)
	    : NULL;

	return sr && strcmp(sr->type, type) == 0 ? sr : NULL;
}

/* ---- the two forms ---- */

struct answer {
	struct plan *p;
	struct tx *t;
	struct bytes xml;              /* of probe */
	const struct record **records; /* of probe_ext */
	uint32_t n;
	bool failed;
};

static void
add_text(struct answer *a, const struct found *f, const struct sr *sr)
{
	if (!sr)
		return;
	bytes_printf(&a->xml,
	    "<SR><UUID>%s</UUID><Size>%lld</Size><Free>%lld</Free><UsedBy/>"
	    "</SR>",
	    sr->uuid, f->total, f->free);
}

static const void *
describe_sr(struct answer *a, const struct found *f, const struct sr *sr)
{
	struct arena *arena = a->p->call->arena;
	struct sr_stat *stat = arena_alloc(arena, sizeof(*stat));
	const struct record **option = arena_alloc(arena, sizeof(*option));
	const char **uuid = arena_alloc(arena, sizeof(*uuid));

	a->failed |= !stat || !option || !uuid;
	if (a->failed || (!sr && !f->volumes))
		return NULL;
	builder_defaults(CLASS_sr_stat, &stat->r);
	stat->name_label = sr ? arena_strdup(arena, sr->name_label) : "";
	stat->name_description =
	    sr ? arena_strdup(arena, sr->name_description) : "";
	stat->total_space = f->total;
	stat->free_space = f->free;
	stat->health = SR_HEALTH_HEALTHY;
	if (sr) {
		*uuid = arena_strdup(arena, sr->uuid);
		stat->uuid = uuid;
	}
	*option = &stat->r;
	return option;
}

static void
add_record(struct answer *a, const struct found *f, const struct sr *sr)
{
	struct builder b = { .arena = a->p->call->arena };
	struct probe_result *r = arena_alloc(b.arena, sizeof(*r));
	const char *volumes = arena_printf(b.arena, "%lld", f->volumes);

	a->failed |= !r || !volumes;
	if (a->failed)
		return;
	builder_defaults(CLASS_probe_result, &r->r);
	r->configuration = BUILDER_MAP(&b, "location", f->path);
	r->complete = true;
	r->sr = describe_sr(a, f, sr);
	r->extra_info = BUILDER_MAP(&b, "volumes", volumes);
	a->failed |= b.failed;
	a->records[a->n++] = &r->r;
}

/* ---- the plan ---- */

static const char *
driver_of(const struct plan *p)
{
	return plan_arg(p, "type");
}

static int
probe_check(struct plan *p, struct tx *t)
{
	const char *type = sr_driver(p->call, t, driver_of(p));

	if (!type)
		return -1;
	if (!TX_GET(t, host, host, p->object))
		return fail_handle_invalid(p->call, "host",
		    call_ref_text(p->call, p->object));
	return plan_note(p, "driver", type);
}

/* "found" as one text, a line each: notes are texts. */
static int
take_answer(struct plan *p, const struct value *answer)
{
	const struct value *all = value_member(answer, "found");
	CLEANUP_BYTES struct bytes b = { 0 };

	for (uint32_t i = 0; all && all->kind == VALUE_ARRAY && i < all->n; i++)
		if (all->items[i].kind == VALUE_STRING) {
			bytes_puts(&b, all->items[i].s);
			bytes_puts(&b, "\n");
		}
	return bytes_cstr(&b) ? plan_note(p, "found", b.p)
			      : call_fail_nomem(p->call);
}

static int
probe_send(struct plan *p)
{
	struct value_member config = { "location",
		{ .kind = VALUE_STRING,
		    .s = plan_arg(p, "location"),
		    .n = (uint32_t)strlen(plan_arg(p, "location")) } };

	return storage_send_to_driver(p, take_answer, plan_arg(p, "driver"),
	    &config, config.value.n ? 1 : 0, "sr_probe");
}

static void
each_found(struct answer *a,
    void (*add)(struct answer *a, const struct found *f, const struct sr *sr))
{
	char *text = arena_strdup(a->p->call->arena, plan_arg(a->p, "found"));
	const char *type = plan_arg(a->p, "driver");

	a->failed |= !text;
	for (char *line; text && (line = strsep(&text, "\n"));) {
		struct found f;
		int at = 0;

		if (sscanf(line, "%lld %lld %lld %n", &f.total, &f.free,
			&f.volumes, &at) != 3 ||
		    !at)
			continue;
		f.path = line + at;
		add(a, &f, find_sr(a->t, f.path, type));
	}
}

static int
probe_apply(struct plan *p, struct tx *t)
{
	struct answer a = { .p = p, .t = t };
	const char *text;

	if (!p->call->result)
		return 0;
	bytes_puts(&a.xml, "<?xml version=\"1.0\" ?>\n<SRlist>");
	each_found(&a, add_text);
	bytes_puts(&a.xml, "</SRlist>\n");
	text =
	    bytes_cstr(&a.xml) ? arena_strdup(p->call->arena, a.xml.p) : NULL;
	bytes_free(&a.xml);
	if (!text || a.failed)
		return call_fail_nomem(p->call);
	*(const char **)p->call->result = text;
	return 0;
}

static int
probe_ext_apply(struct plan *p, struct tx *t)
{
	size_t most = strlen(plan_arg(p, "found")) / 6 + 1;
	struct answer a = { .p = p,
		.t = t,
		.records =
		    arena_array(p->call->arena, most, sizeof(*a.records)) };

	if (!p->call->result)
		return 0;
	if (a.records)
		each_found(&a, add_record);
	if (!a.records || a.failed)
		return call_fail_nomem(p->call);
	*(struct set *)p->call->result =
	    (struct set){ .items = a.records, .n = a.n };
	return 0;
}

static const struct step probe_steps[] = {
	{ "probe", probe_send, probe_apply, NULL, NULL },
	{ 0 },
};

static const struct step probe_ext_steps[] = {
	{ "probe", probe_send, probe_ext_apply, NULL, NULL },
	{ 0 },
};

const struct plan_kind sr_probe_kind = {
	.name = "SR.probe",
	.cls = CLASS_host,
	.steps = probe_steps,
	.check = probe_check,
};

const struct plan_kind sr_probe_ext_kind = {
	.name = "SR.probe_ext",
	.cls = CLASS_host,
	.steps = probe_ext_steps,
	.check = probe_check,
};

/* ---- the calls ---- */

static int
start(struct call *c, const struct plan_kind *kind, struct ref host,
    const char *type, const struct map *config)
{
	const char *location = builder_find(config, "location");

	return plan_start(c, kind, host, "type", type, "location",
	    location ? location : "", NULL);
}

int
sr_probe(struct call *c, const struct sr_probe_args *a, const char **result_r)
{
	(void)result_r;
	return start(c, &sr_probe_kind, a->host, a->type, &a->device_config);
}

int
sr_probe_ext(struct call *c, const struct sr_probe_ext_args *a,
    struct set *result_r)
{
	(void)result_r;
	return start(c, &sr_probe_ext_kind, a->host, a->type,
	    &a->device_config);
}
