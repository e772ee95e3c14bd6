/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk/storage_operations.h"

#include <string.h>

#include "call/edit.h"
#include "call/refuse.h"
#include "lib/refmap.h"

/* ---- what a driver can ---- */

enum {
	CREATE = 1 << 0,
	DELETE = 1 << 1,
	CLONE = 1 << 2,
	SNAPSHOT = 1 << 3,
	RESIZE = 1 << 4,
	UPDATE = 1 << 5,
	SR_UPDATE = 1 << 6,
	INTRODUCE = 1 << 7,
	GENERATE = 1 << 8,
	MIRROR = 1 << 9,
	TRACK = 1 << 10, /* changed blocks */
	RESETS = 1 << 11,
	REVERT = 1 << 12,
};

static const struct {
	const char *name; /* in SM.features */
	unsigned bit;
} features[] = {
	{ "VDI_CREATE", CREATE },
	{ "VDI_DELETE", DELETE },
	{ "VDI_CLONE", CLONE },
	{ "VDI_SNAPSHOT", SNAPSHOT },
	{ "VDI_RESIZE", RESIZE },
	{ "VDI_UPDATE", UPDATE },
	{ "SR_UPDATE", SR_UPDATE },
	{ "VDI_INTRODUCE", INTRODUCE },
	{ "VDI_GENERATE_CONFIG", GENERATE },
	{ "VDI_MIRROR", MIRROR },
	{ "VDI_CONFIG_CBT", TRACK },
	{ "VDI_RESET_ON_BOOT", RESETS },
	{ "VDI_REVERT", REVERT },
};

static unsigned
feature_bit(const char *name)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (strcmp(features[i].name, name) == 0)
			return features[i].bit;
	return 0;
}

struct search {
	const char *type;
	unsigned bits;
};

static int
collect_features(const struct record *r, void *arg)
{
	const struct sm *sm = (const struct sm *)r;
	struct search *s = arg;
	const char *const *keys = sm->features.keys;

	if (strcmp(sm->type, s->type) != 0)
		return 0;
	for (uint32_t i = 0; i < sm->features.n; i++)
		s->bits |= feature_bit(keys[i]);
	return 1;
}

static unsigned
features_of(struct tx *t, const struct sr *sr)
{
	struct search s = { .type = sr->type };

	(void)tx_each(t, CLASS_SM, collect_features, &s);
	return sr->is_tools_sr ? s.bits & ~(unsigned)(CREATE | DELETE) : s.bits;
}

static bool
is_attached(struct tx *t, const struct sr *sr)
{
	const struct ref *pbds = sr->PBDs.items;

	for (uint32_t i = 0; i < sr->PBDs.n; i++) {
		const struct pbd *pbd = TX_GET(t, PBD, pbd, pbds[i]);

		if (pbd && pbd->currently_attached)
			return true;
	}
	return false;
}

/* ---- disks ---- */

enum {
	FREE = 1 << 0,      /* not while a VM has it attached */
	UNWRITTEN = 1 << 1, /* not while a VM has it attached to write */
	HAS_DATA = 1 << 2,  /* not of what holds changed blocks */
	REMOVES = 1 << 3,
	SILENT = 1 << 4, /* never offered */
};

static const struct vdi_rule {
	const char *call;
	unsigned feature;
	unsigned flags;
} vdi_rules[] = {
	[VDI_OPERATIONS_CLONE] = { "VDI.clone", CLONE, HAS_DATA },
	[VDI_OPERATIONS_COPY] = { "VDI.copy", 0, UNWRITTEN | HAS_DATA },
	[VDI_OPERATIONS_RESIZE] = { "VDI.resize", RESIZE, FREE | HAS_DATA },
	[VDI_OPERATIONS_SNAPSHOT] = { "VDI.snapshot", SNAPSHOT, HAS_DATA },
	[VDI_OPERATIONS_DESTROY] = { "VDI.destroy", DELETE, FREE | REMOVES },
	[VDI_OPERATIONS_FORGET] = { "VDI.forget", 0, FREE },
	[VDI_OPERATIONS_UPDATE] = { "VDI.update", UPDATE, FREE },
	[VDI_OPERATIONS_GENERATE_CONFIG] = { "VDI.generate_config", GENERATE,
	    FREE },
	[VDI_OPERATIONS_SET_ON_BOOT] = { "VDI.set_on_boot", RESETS,
	    FREE | HAS_DATA | SILENT },
};

#define NVDI (sizeof(vdi_rules) / sizeof(vdi_rules[0]))

/* What one look at the disk's surroundings tells, for any operation. What is
 * of the SR holds for its other disks, too. */
struct vdi_facts {
	const struct sr *sr;
	unsigned features;
	bool attached; /* the SR */
	bool ha;
	bool memory; /* of a suspended VM: all that is left of its guest */
	const struct vbd *user, *writer, *busy; /* the first of each, or NULL */
};

/* A checkpoint has its disks attached, as its VM had them; but nobody runs. */
static bool
is_of_snapshot(struct tx *t, const struct vbd *vbd)
{
	const struct vm *vm = TX_GET(t, VM, vm, vbd->VM);

	return vm && vm->is_a_snapshot;
}

static void
look_at_vbds(struct tx *t, const struct vdi *vdi, struct vdi_facts *f)
{
	const struct ref *refs = vdi->VBDs.items;

	for (uint32_t i = 0; i < vdi->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, refs[i]);
		bool used = vbd && (vbd->currently_attached || vbd->reserved);

		if (used && !f->user)
			f->user = vbd;
		if (used && vbd->mode == VBD_MODE_RW && !f->writer &&
		    !is_of_snapshot(t, vbd))
			f->writer = vbd;
		if (vbd && vbd->current_operations.n && !f->busy)
			f->busy = vbd;
		/* An image in a thousand drives: nobody writes to it. */
		if (f->user && (f->writer || vdi->read_only))
			break;
	}
}

static int
has_ha(const struct record *r, void *arg)
{
	(void)arg;
	return ((const struct pool *)r)->ha_enabled;
}

/* What is the same for all disks of a repository. */
static bool
look_at_sr(struct tx *t, struct ref ref, struct vdi_facts *f)
{
	*f = (struct vdi_facts){ .sr = TX_GET(t, SR, sr, ref) };
	if (!f->sr)
		return false;
	f->features = features_of(t, f->sr);
	f->attached = is_attached(t, f->sr);
	f->ha = tx_each(t, CLASS_pool, has_ha, NULL) == 1;
	return true;
}

static int
sleeps_there(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;

	return !vm->is_a_snapshot &&
	    vm->power_state == VM_POWER_STATE_SUSPENDED &&
	    ref_equal(vm->suspend_VDI, *(const struct ref *)arg);
}

static bool
is_memory(struct tx *t, const struct vdi *vdi)
{
	struct ref self = vdi->r.self;

	return vdi->type == VDI_TYPE_SUSPEND &&
	    tx_each(t, CLASS_VM, sleeps_there, &self) == 1;
}

static bool
look(struct tx *t, const struct vdi *vdi, struct vdi_facts *f)
{
	if (!look_at_sr(t, vdi->SR, f))
		return false;
	f->memory = is_memory(t, vdi);
	look_at_vbds(t, vdi, f);
	return true;
}

static int
check_vdi_use(struct call *c, const struct vdi *vdi, const struct vdi_facts *f,
    enum vdi_operations op)
{
	const struct map *ops = &vdi->current_operations;
	const struct vdi_rule *rule = &vdi_rules[op];

	for (uint32_t i = 0; i < ops->n; i++)
		if (((const int *)ops->values)[i] != VDI_OPERATIONS_COPY)
			return refuse_busy(c, &vdi->r, ops, i,
			    &enum_info_vdi_operations);
	if (op == VDI_OPERATIONS_RESIZE && !f->attached)
		return refuse_ref(c, "SR_HAS_NO_PBDS", vdi->SR, NULL);
	if (((rule->flags & FREE) && (f->user || f->memory)) ||
	    ((rule->flags & UNWRITTEN) && f->writer))
		return refuse_ref(c, "VDI_IN_USE", vdi->r.self,
		    enum_info_vdi_operations.values[op]);
	if (f->busy)
		return refuse_busy(c, &vdi->r, &f->busy->current_operations, 0,
		    &enum_info_vbd_operations);
	return 0;
}

static bool
is_of_ha(const struct vdi *vdi)
{
	return vdi->type == VDI_TYPE_HA_STATEFILE ||
	    vdi->type == VDI_TYPE_REDO_LOG;
}

static int
check_removal(struct call *c, const struct vdi *vdi, const struct vdi_facts *f)
{
	if (strcmp(f->sr->type, "udev") == 0)
		return refuse_ref(c, "VDI_IS_A_PHYSICAL_DEVICE", vdi->r.self,
		    NULL);
	if (f->sr->is_tools_sr)
		return refuse_ref(c, "SR_OPERATION_NOT_SUPPORTED", vdi->SR,
		    NULL);
	if (vdi->type == VDI_TYPE_RRD)
		return refuse_ref(c, "VDI_HAS_RRDS", vdi->r.self, NULL);
	return f->ha && is_of_ha(vdi) ? refuse_with(c, "HA_IS_ENABLED", 0, NULL)
				      : 0;
}

/* A copy that runs: what it reads must stay as it is. */
static bool
is_copied(const struct vdi *vdi)
{
	return vdi->current_operations.n > 0;
}

static int
check_vdi_itself(struct call *c, const struct vdi *vdi,
    const struct vdi_facts *f, enum vdi_operations op)
{
	if (op == VDI_OPERATIONS_FORGET || op == VDI_OPERATIONS_RESIZE) {
		if (f->ha && is_of_ha(vdi))
			return refuse_with(c, "HA_IS_ENABLED", 0, NULL);
		if (op == VDI_OPERATIONS_FORGET && vdi->type == VDI_TYPE_RRD)
			return refuse_ref(c, "VDI_HAS_RRDS", vdi->r.self, NULL);
	}
	if (op == VDI_OPERATIONS_SET_ON_BOOT && vdi->cbt_enabled)
		return refuse_ref(c, "VDI_CBT_ENABLED", vdi->r.self, NULL);
	if (op == VDI_OPERATIONS_SNAPSHOT && vdi->sharable)
		return refuse_ref(c, "VDI_IS_SHARABLE", vdi->r.self, NULL);
	if (op != VDI_OPERATIONS_SNAPSHOT && op != VDI_OPERATIONS_COPY)
		return 0;
	if (vdi->on_boot == ON_BOOT_RESET)
		return refuse_with(c,
		    "VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION", 0, NULL);
	if (op == VDI_OPERATIONS_SNAPSHOT && is_copied(vdi))
		return refuse_text(c, "A copy of the disk is being made");
	if (op == VDI_OPERATIONS_COPY && is_of_ha(vdi))
		return refuse_text(c,
		    "Disks of high availability are not "
		    "copied");
	return 0;
}

static int
check_vdi(struct call *c, const struct vdi *vdi, const struct vdi_facts *f,
    enum vdi_operations op)
{
	const struct vdi_rule *rule = &vdi_rules[op];

	if (check_vdi_use(c, vdi, f, op) < 0)
		return -1;
	if (rule->feature & ~f->features)
		return refuse_ref(c, "SR_OPERATION_NOT_SUPPORTED", vdi->SR,
		    NULL);
	if ((rule->flags & HAS_DATA) && vdi->type == VDI_TYPE_CBT_METADATA)
		return refuse_ref(c, "VDI_INCOMPATIBLE_TYPE", vdi->r.self,
		    "cbt_metadata");
	if ((rule->flags & REMOVES) && check_removal(c, vdi, f) < 0)
		return -1;
	return check_vdi_itself(c, vdi, f, op);
}

int
vdi_operation_check(struct call *c, struct tx *t, const struct vdi *vdi,
    enum vdi_operations op)
{
	struct vdi_facts f;

	if (!look(t, vdi, &f)) {
		const char *params[] = { "SR",
			c ? call_ref_text(c, vdi->SR) : "" };

		return refuse_with(c, "HANDLE_INVALID", 2, params);
	}
	return check_vdi(c, vdi, &f, op);
}

static void
set_vdi_operations(struct tx *t, const struct vdi *vdi,
    const struct vdi_facts *f)
{
	int ops[NVDI];
	struct set all = { .items = ops };

	for (size_t i = 0; i < NVDI; i++)
		if (vdi_rules[i].call && !(vdi_rules[i].flags & SILENT) &&
		    check_vdi(NULL, vdi, f, (enum vdi_operations)i) == 0 &&
		    method_is_written(vdi_rules[i].call))
			ops[all.n++] = (int)i;
	(void)tx_set(t, CLASS_VDI, vdi->r.self, FIELD_VDI_allowed_operations,
	    &all);
}

void
vdi_operations_refresh(struct tx *t, struct ref ref)
{
	const struct vdi *vdi = TX_GET(t, VDI, vdi, ref);
	struct vdi_facts f;

	if (vdi && look(t, vdi, &f))
		set_vdi_operations(t, vdi, &f);
}

void
vdi_operations_refresh_all(struct tx *t, struct ref sr, const struct ref *refs,
    uint32_t n)
{
	struct vdi_facts of_sr, f;

	if (!look_at_sr(t, sr, &of_sr))
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (!vdi)
			continue;
		f = of_sr;
		f.memory = is_memory(t, vdi);
		look_at_vbds(t, vdi, &f);
		set_vdi_operations(t, vdi, &f);
	}
}

/* ---- repositories ---- */

static const struct {
	const char *call;
	unsigned feature;
} sr_rules[] = {
	[STORAGE_OPERATIONS_SCAN] = { "SR.scan", 0 },
	[STORAGE_OPERATIONS_DESTROY] = { "SR.destroy", 0 },
	[STORAGE_OPERATIONS_FORGET] = { "SR.forget", 0 },
	[STORAGE_OPERATIONS_PLUG] = { "PBD.plug", 0 },
	[STORAGE_OPERATIONS_UNPLUG] = { "PBD.unplug", 0 },
	[STORAGE_OPERATIONS_UPDATE] = { "SR.update", SR_UPDATE },
	[STORAGE_OPERATIONS_VDI_CREATE] = { "VDI.create", CREATE },
	[STORAGE_OPERATIONS_VDI_INTRODUCE] = { "VDI.introduce", INTRODUCE },
	[STORAGE_OPERATIONS_VDI_DESTROY] = { "VDI.destroy", DELETE },
	[STORAGE_OPERATIONS_VDI_RESIZE] = { "VDI.resize", RESIZE },
	[STORAGE_OPERATIONS_VDI_CLONE] = { "VDI.clone", 0 },
	[STORAGE_OPERATIONS_VDI_SNAPSHOT] = { "VDI.snapshot", SNAPSHOT },
	[STORAGE_OPERATIONS_VDI_MIRROR] = { "VDI.pool_migrate", MIRROR },
	[STORAGE_OPERATIONS_VDI_ENABLE_CBT] = { "VDI.enable_cbt", TRACK },
	[STORAGE_OPERATIONS_VDI_DISABLE_CBT] = { "VDI.disable_cbt", TRACK },
	[STORAGE_OPERATIONS_VDI_DATA_DESTROY] = { "VDI.data_destroy", TRACK },
	[STORAGE_OPERATIONS_VDI_LIST_CHANGED_BLOCKS] = { "VDI.list_changed_blocks",
	    TRACK },
	[STORAGE_OPERATIONS_VDI_SET_ON_BOOT] = { "VDI.set_on_boot", RESETS },
	[STORAGE_OPERATIONS_VDI_REVERT] = { "VDI.revert", REVERT },
	[STORAGE_OPERATIONS_PBD_CREATE] = { "PBD.create", 0 },
	[STORAGE_OPERATIONS_PBD_DESTROY] = { "PBD.destroy", 0 },
};

#define NSR (sizeof(sr_rules) / sizeof(sr_rules[0]))

static bool
has_disks(struct tx *t, const struct sr *sr)
{
	const struct ref *refs = sr->VDIs.items;

	for (uint32_t i = 0; i < sr->VDIs.n; i++) {
		const struct vdi *vdi = TX_GET(t, VDI, vdi, refs[i]);

		if (vdi && vdi->managed && vdi->type != VDI_TYPE_RRD)
			return true;
	}
	return false;
}

static int
check_leaving(struct call *c, struct tx *t, const struct sr *sr, bool attached,
    enum storage_operations op)
{
	if (attached)
		return refuse_ref(c, "SR_HAS_PBD", sr->r.self, NULL);
	if (op != STORAGE_OPERATIONS_DESTROY)
		return 0;
	if (!sr->PBDs.n)
		return refuse_ref(c, "SR_HAS_NO_PBDS", sr->r.self, NULL);
	return has_disks(t, sr) ? refuse_with(c, "SR_NOT_EMPTY", 0, NULL) : 0;
}

static int
check_sr(struct call *c, struct tx *t, const struct sr *sr, unsigned can,
    bool attached, enum storage_operations op)
{
	const struct map *ops = &sr->current_operations;

	if (sr_rules[op].feature & ~can)
		return refuse_ref(c, "SR_OPERATION_NOT_SUPPORTED", sr->r.self,
		    NULL);
	if ((op == STORAGE_OPERATIONS_DESTROY ||
		op == STORAGE_OPERATIONS_FORGET) &&
	    check_leaving(c, t, sr, attached, op) < 0)
		return -1;
	for (uint32_t i = 0; i < ops->n; i++)
		if (op != STORAGE_OPERATIONS_PLUG ||
		    ((const int *)ops->values)[i] != STORAGE_OPERATIONS_PLUG)
			return refuse_busy(c, &sr->r, ops, i,
			    &enum_info_storage_operations);
	return 0;
}

int
sr_operation_check(struct call *c, struct tx *t, const struct sr *sr,
    enum storage_operations op)
{
	return check_sr(c, t, sr, features_of(t, sr), is_attached(t, sr), op);
}

void
sr_operations_refresh(struct tx *t, struct ref ref)
{
	const struct sr *sr = TX_GET(t, SR, sr, ref);
	int ops[NSR];
	struct set all = { .items = ops };
	unsigned can = sr ? features_of(t, sr) : 0;
	bool attached = sr && is_attached(t, sr);

	for (size_t i = 0; sr && i < NSR; i++)
		if (sr_rules[i].call &&
		    check_sr(NULL, t, sr, can, attached,
			(enum storage_operations)i) == 0 &&
		    method_is_written(sr_rules[i].call))
			ops[all.n++] = (int)i;
	if (sr)
		(void)tx_set(t, CLASS_SR, ref, FIELD_SR_allowed_operations,
		    &all);
}

/* ---- at start ---- */

/* Ten thousand disks stand on few SRs, and a thousand of them may be what
 * suspended VMs have left. */
struct pass {
	struct tx *t;
	struct ref sr; /* that facts are about */
	struct vdi_facts facts;
	struct refmap images; /* of those VMs */
};

static int
note_image(const struct record *r, void *arg)
{
	const struct vm *vm = (const struct vm *)r;
	struct ref image = vm->suspend_VDI;

	if (!sleeps_there(r, &image) || ref_is_null(image))
		return 0;
	return refmap_put(&((struct pass *)arg)->images, image, arg);
}

static int
refresh_sr(const struct record *r, void *arg)
{
	sr_operations_refresh(((struct pass *)arg)->t, r->self);
	return 0;
}

static int
refresh_vdi(const struct record *r, void *arg)
{
	const struct vdi *vdi = (const struct vdi *)r;
	struct pass *p = arg;

	if (!ref_equal(vdi->SR, p->sr)) {
		p->sr = vdi->SR;
		(void)look_at_sr(p->t, p->sr, &p->facts);
	}
	if (!p->facts.sr)
		return 0;
	p->facts.user = p->facts.writer = p->facts.busy = NULL;
	p->facts.memory = refmap_get(&p->images, vdi->r.self);
	look_at_vbds(p->t, vdi, &p->facts);
	set_vdi_operations(p->t, vdi, &p->facts);
	return 0;
}

int
storage_operations_refresh(struct tx *t)
{
	struct pass p = { .t = t };
	int rc = tx_each(t, CLASS_SR, refresh_sr, &p);

	if (rc == 0)
		rc = tx_each(t, CLASS_VM, note_image, &p);
	if (rc == 0)
		rc = tx_each(t, CLASS_VDI, refresh_vdi, &p);
	refmap_free(&p.images);
	return rc < 0 ? -1 : 0;
}
