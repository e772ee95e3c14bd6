/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields of xe whose value is no field of the API, and not the answer of a
 * call either. (source: cli.json) */
#include <stdlib.h>
#include <string.h>

#include "cli/call.h"
#include "cli/value.h"
#include "cli_runs_gen.h"

#define NOT_THERE "<not in database>"
#define UNKNOWN "<unknown>"

/* Typed memory in place of the field of a record. */
static int
give(struct cli_value *out, const struct record *r, const char *name)
{
	const struct field *f = field_find(r->cls, name);

	out->type = f->type;
	out->mem = record_field(r, f);
	return 0;
}

static int
give_text(struct cli *cli, struct cli_value *out, const char *text)
{
	out->text = text;
	return cli->failure == CLI_FINE ? 0 : -1;
}

/* ---- storage ---- */

/* The host of an SR that one host reaches. */
int
cli_field_sr_host(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct set *pbds = &((const struct sr *)r)->PBDs;
	const struct pbd *pbd;
	const char *name;

	(void)f;
	if (pbds->n > 1)
		return give_text(cli, out, "<shared>");
	if (pbds->n == 0)
		return give_text(cli, out, NOT_THERE);
	pbd = (const struct pbd *)cli_record(cli, CLASS_PBD,
	    *(const struct ref *)pbds->items);
	name = pbd ? cli_record_name(cli_record(cli, CLASS_host, pbd->host))
		   : NULL;
	return give_text(cli, out, name ? name : NOT_THERE);
}

int
cli_field_vbd_vdi_name_label(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vbd *vbd = (const struct vbd *)r;
	const char *name;

	(void)f;
	if (vbd->empty)
		return give_text(cli, out, "<EMPTY>");
	name = cli_record_name(cli_record(cli, CLASS_VDI, vbd->VDI));
	return give_text(cli, out, name ? name : NOT_THERE);
}

int
cli_field_vbd_attachable(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const char *code;

	(void)f;
	if (cli_do(cli, "VBD.assert_attachable", "r", r->self) == 0)
		return give_text(cli, out, "true");
	code = cli->error ? cli->error[0] : "";
	if (!cli_forgive(cli))
		return -1;
	return give_text(cli, out, cli_text(cli, "false (error: %s)", code));
}

int
cli_field_vdi_metadata_of_pool(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vdi *vdi = (const struct vdi *)r;
	const char *uuid =
	    cli_record_uuid(cli_record(cli, CLASS_pool, vdi->metadata_of_pool));

	(void)f;
	return give_text(cli, out, uuid ? uuid : NOT_THERE);
}

/* ---- rates, from the data sources ---- */

/* The value of a data source; UNKNOWN where there is none. */
static int
rate(struct cli *cli, const char *method, struct ref of, const char *source,
    double unit, struct cli_value *out)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	double v = -1;

	if (cli_call(cli, &a, method, "rs", of, source) == 0)
		v = *(const double *)a.mem;
	else if (!cli_forgive(cli))
		return -1;
	return give_text(cli, out,
	    v >= 0 ? cli_text(cli, "%.3f", v / unit) : UNKNOWN);
}

int
cli_field_io_rate(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	bool reads = strcmp(f->name, "io_read_kbs") == 0;
	const struct vbd *vbd = (const struct vbd *)r;
	const struct vif *vif = (const struct vif *)r;
	const struct pif *pif = (const struct pif *)r;

	if (r->cls->id == CLASS_VBD)
		return rate(cli, "VM.query_data_source", vbd->VM,
		    cli_text(cli, "vbd_%s_%s", vbd->device,
			reads ? "read" : "write"),
		    1024, out);
	if (r->cls->id == CLASS_VIF)
		return rate(cli, "VM.query_data_source", vif->VM,
		    cli_text(cli, "vif_%s_%s", vif->device,
			reads ? "rx" : "tx"),
		    1024, out);
	return rate(cli, "host.query_data_source", pif->host,
	    cli_text(cli, "pif_%s_%s", pif->device, reads ? "rx" : "tx"), 1024,
	    out);
}

int
cli_field_host_cpu_utilisation(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct host_cpu *cpu = (const struct host_cpu *)r;

	(void)f;
	if (rate(cli, "host.query_data_source", cpu->host,
		cli_text(cli, "cpu%lld", (long long)cpu->number), 1, out) < 0)
		return -1;
	if (strcmp(out->text, UNKNOWN) == 0)
		out->text = cli_text(cli, "%.3f", cpu->utilisation);
	return 0;
}

int
cli_field_pif_duplex(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct pif *pif = (const struct pif *)r;
	const struct pif_metrics *m =
	    (const struct pif_metrics *)cli_record(cli, CLASS_PIF_metrics,
		pif->metrics);

	(void)f;
	if (!m)
		return give_text(cli, out, NOT_THERE);
	if (!m->carrier)
		return give_text(cli, out, "unknown");
	return give(out, &m->r, "duplex");
}

/* ---- what every host of the pool has alike ---- */

static const struct record *
next_host(struct cli *cli, const struct set *hosts, uint32_t i)
{
	return i < hosts->n
	    ? cli_record(cli, CLASS_host, ((const struct ref *)hosts->items)[i])
	    : NULL;
}

/* The value of a field that all hosts share; else that of an empty one. */
static int
shared_by_hosts(struct cli *cli, const char *name, struct cli_value *out)
{
	CLI_ANSWER struct cli_answer a = { 0 };
	const struct record *first, *r;
	const struct field *field;
	void *empty;

	if (cli_call(cli, &a, "host.get_all", "") < 0)
		return -1;
	first = next_host(cli, a.mem, 0);
	if (!first)
		return give_text(cli, out, NOT_THERE);
	field = field_find(first->cls, name);
	give(out, first, name);
	for (uint32_t i = 1; (r = next_host(cli, a.mem, i)); i++) {
		if (model_equal(field->type, out->mem, record_field(r, field)))
			continue;
		empty = arena_alloc(cli->arena, field->type->size);
		if (!empty)
			return cli_fail_nomem(cli);
		model_empty(field->type, empty);
		out->mem = empty;
		return 0;
	}
	return 0;
}

int
cli_field_pool_of_hosts(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	char name[64];
	size_t i;

	(void)r;
	for (i = 0; f->name[i] && i + 1 < sizeof(name); i++)
		name[i] = (char)(f->name[i] == '-' ? '_' : f->name[i]);
	name[i] = '\0';
	return shared_by_hosts(cli, name, out);
}

int
cli_field_pool_https_only(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	(void)r;
	return shared_by_hosts(cli, "https_only", out);
}

/* References, stored as texts. */
int
cli_field_statefiles(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct set *s = r->cls->id == CLASS_host
	    ? &((const struct host *)r)->ha_statefiles
	    : &((const struct pool *)r)->ha_statefiles;
	const char *const *texts = s->items, *all = "";

	(void)f;
	for (uint32_t i = 0; i < s->n; i++) {
		const char *uuid = NULL;
		struct ref ref;

		if (ref_parse(texts[i], &ref))
			uuid = cli_record_uuid(cli_record(cli, CLASS_VDI, ref));
		all = cli_text(cli, "%s%s%s", all, i ? "; " : "",
		    uuid ? uuid : NOT_THERE);
	}
	return give_text(cli, out, all);
}

int
cli_field_vswitch_controller(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)cli;
	(void)f;
	return give(out, r, "vswitch_controller");
}

/* ---- VMs ---- */

/* What ballooning aims at; nothing for a VM that does not run. */
int
cli_field_vm_memory_target(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vm *vm = (const struct vm *)r;

	(void)f;
	if (vm->power_state == VM_POWER_STATE_HALTED)
		return give_text(cli, out, "0");
	return give(out, r, "memory_target");
}

int
cli_field_vm_last_boot_record(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vm *vm = (const struct vm *)r;

	(void)f;
	return give_text(cli, out,
	    cli_text(cli, "'%s'", vm->last_booted_record));
}

int
cli_field_vm_vcpus_utilisation(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vm *vm = (const struct vm *)r;
	const struct record *m = cli_record(cli, CLASS_VM_metrics, vm->metrics);

	(void)f;
	if (!m || vm->power_state == VM_POWER_STATE_HALTED)
		return give_text(cli, out, "");
	return give(out, m, "VCPUs_utilisation");
}

int
cli_field_vtpm_secret(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const char *uuid = cli_record_uuid(
	    cli_record(cli, CLASS_secret, ((const struct vtpm *)r)->contents));

	(void)f;
	return give_text(cli, out, uuid ? uuid : NOT_THERE);
}

/* ---- graphics ---- */

int
cli_field_vgpu_compatibility_metadata(struct cli *cli,
    const struct cli_field *f, const struct record *r, struct cli_value *out)
{
	const struct map *m = &((const struct vgpu *)r)->compatibility_metadata;
	const char *const *keys = m->keys, *all = "";

	(void)f;
	for (uint32_t i = 0; i < m->n; i++)
		all = cli_text(cli, "%s%s%s", all, i ? "; " : "", keys[i]);
	return give_text(cli, out, all);
}

int
cli_field_vgpu_type_max_resolution(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	const struct vgpu_type *t = (const struct vgpu_type *)r;

	(void)f;
	return give_text(cli, out,
	    cli_text(cli, "%lldx%lld", (long long)t->max_resolution_x,
		(long long)t->max_resolution_y));
}

/* ---- drivers ---- */

/* "NAME/PART", a part of each variant of a driver. */
static int
each_variant(struct cli *cli, const struct record *r,
    const char *(*part)(struct cli *cli, const struct driver_variant *v),
    struct cli_value *out)
{
	const struct set *s = &((const struct host_driver *)r)->variants;
	const struct ref *refs = s->items;
	const char *all = "";

	for (uint32_t i = 0; i < s->n; i++) {
		const struct driver_variant *v =
		    (const struct driver_variant *)cli_record(cli,
			CLASS_Driver_variant, refs[i]);

		if (v)
			all = cli_text(cli, "%s%s%s", all, *all ? "; " : "",
			    part(cli, v));
	}
	return give_text(cli, out, all);
}

static const char *
version_of(struct cli *cli, const struct driver_variant *v)
{
	return cli_text(cli, "%s/%s", v->name, v->version);
}

static const char *
status_of(struct cli *cli, const struct driver_variant *v)
{
	return cli_text(cli, "%s/%s/%s", v->name, v->version, v->status);
}

static const char *
uuid_of(struct cli *cli, const struct driver_variant *v)
{
	return cli_text(cli, "%s=%s", v->name, v->uuid);
}

static const char *
present_of(struct cli *cli, const struct driver_variant *v)
{
	return cli_text(cli, "%s/%s/%s", v->name, v->version,
	    v->hardware_present ? "true" : "false");
}

int
cli_field_host_driver_variants(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return each_variant(cli, r, version_of, out);
}

int
cli_field_host_driver_status(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return each_variant(cli, r, status_of, out);
}

int
cli_field_host_driver_uuids(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return each_variant(cli, r, uuid_of, out);
}

int
cli_field_host_driver_present(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return each_variant(cli, r, present_of, out);
}

int
cli_field_driver_variant_priority(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return give_text(cli, out,
	    cli_text(cli, "%g", ((const struct driver_variant *)r)->priority));
}

/* Whether the driver of a variant names it. */
static int
is_named(struct cli *cli, const struct record *r, bool active,
    struct cli_value *out)
{
	const struct host_driver *d =
	    (const struct host_driver *)cli_record(cli, CLASS_Host_driver,
		((const struct driver_variant *)r)->driver);
	bool named = d &&
	    ref_equal(active ? d->active_variant : d->selected_variant,
		r->self);

	return give_text(cli, out, named ? "true" : "false");
}

int
cli_field_driver_variant_active(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return is_named(cli, r, true, out);
}

int
cli_field_driver_variant_selected(struct cli *cli, const struct cli_field *f,
    const struct record *r, struct cli_value *out)
{
	(void)f;
	return is_named(cli, r, false, out);
}
