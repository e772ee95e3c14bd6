/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage drivers, repositories and images of the simulated pool. */
#include "world/sim_private.h"

/* ---- drivers ---- */

struct sim_driver {
	const char *type, *name, *description;
	const char *features[24];      /* NULL-terminated; version 1 each */
	const char *configuration[10]; /* key, description, …, NULL */
	bool disks;                    /* holds disks of VMs: qcow2 and vhd */
};

#define DISK_FEATURES                                                          \
	"SR_PROBE", "SR_UPDATE", "VDI_CREATE", "VDI_DELETE", "VDI_ATTACH",     \
	    "VDI_DETACH", "VDI_CLONE", "VDI_SNAPSHOT", "VDI_RESIZE",           \
	    "VDI_MIRROR", "VDI_ACTIVATE", "VDI_DEACTIVATE", "VDI_UPDATE",      \
	    "VDI_RESET_ON_BOOT", "THIN_PROVISIONING"

static const struct sim_driver drivers[] = {
	{ "ext", "Local EXT", "Simulated disks on a local file system",
	    { DISK_FEATURES, "SR_SUPPORTS_LOCAL_CACHING",
		"VDI_GENERATE_CONFIG" },
	    { "device", "local device path (required)" }, true },
	{ "file", "File VHD", "Simulated disks in a local folder",
	    { DISK_FEATURES, "VDI_GENERATE_CONFIG" },
	    { "location", "path of a folder (required)" }, true },
	{ "lvm", "Local LVM", "Simulated disks on local logical volumes",
	    { DISK_FEATURES, "SR_TRIM" },
	    { "device", "local device path (required)" }, true },
	{ "nfs", "NFS VHD", "Simulated disks on an NFS server",
	    { DISK_FEATURES, "SR_CACHING", "VDI_GENERATE_CONFIG" },
	    { "server", "name or address of the server (required)",
		"serverpath", "path on the server (required)" },
	    true },
	{ "iso", "ISO", "Simulated CD images",
	    { "VDI_CREATE", "VDI_DELETE", "VDI_ATTACH", "VDI_DETACH", "SR_SCAN",
		"SR_ATTACH", "SR_DETACH" },
	    { "location", "path to mount (required)", "type",
		"cifs or nfs_iso" },
	    false },
	{ "udev", "udev", "Simulated removable devices",
	    { "VDI_INTRODUCE", "VDI_ATTACH", "VDI_DETACH", "VDI_UPDATE",
		"SR_UPDATE" },
	    { "location", "path of a folder (required)" }, false },
};

#define DRIVERS (sizeof(drivers) / sizeof(*drivers))

static struct map
features_map(struct builder *b, struct set names)
{
	int64_t *versions = arena_array(b->arena, names.n, sizeof(*versions));

	b->failed = b->failed || !versions;
	if (!versions)
		return (struct map){ .n = 0 };
	for (uint32_t i = 0; i < names.n; i++)
		versions[i] = 1;
	return (struct map){ names.items, versions, names.n };
}

static void
add_driver(struct sim *s, const struct sim_driver *d)
{
	static const int formats[] = { IMAGE_FORMAT_TYPE_VHD,
		IMAGE_FORMAT_TYPE_QCOW2, IMAGE_FORMAT_TYPE_RAW };
	struct builder *b = &s->m->b;
	struct sm sm;

	builder_defaults(CLASS_SM, &sm.r);
	sm.type = d->type;
	sm.name_label = d->name;
	sm.name_description = d->description;
	sm.vendor = "xapid simulator";
	sm.copyright = "LGPL-2.1-or-later";
	sm.version = PACKAGE_VERSION;
	sm.required_api_version = "1.1";
	sm.configuration = builder_map(b, d->configuration);
	sm.capabilities = builder_strings(b, d->features);
	sm.features = features_map(b, sm.capabilities);
	if (d->disks)
		sm.supported_image_formats =
		    (struct set){ .items = formats, .n = 3 };
	(void)maker_add(s->m, &sm.r);
}

/* ---- repositories ---- */

struct sim_repository {
	const char *name, *description, *type, *content_type;
	bool shared, tools;
	const char *i18n_key;  /* of a name that clients translate, or NULL */
	const char *cd;        /* sm_config type, or NULL */
	const char *device[5]; /* device_config: key, value, …, NULL */
};

static const struct sim_repository local_storage = {
	.name = "Local storage",
	.type = "ext",
	.content_type = "user",
	.i18n_key = "local-storage",
	.device = { "device", "/dev/disk/by-id/scsi-sim-part3" },
};
static const struct sim_repository dvd_drives = {
	.name = "DVD drives",
	.description = "Physical DVD drives",
	.type = "udev",
	.content_type = "iso",
	.i18n_key = "local-hotplug-cd",
	.cd = "cd",
	.device = { "location", "/dev/xapi/cd" },
};
static const struct sim_repository removable = {
	.name = "Removable storage",
	.description = "Disks that are plugged in",
	.type = "udev",
	.content_type = "disk",
	.i18n_key = "local-hotplug-disk",
	.cd = "block",
	.device = { "location", "/dev/xapi/block" },
};
static const struct sim_repository shared_storage = {
	.name = "Shared storage",
	.description = "NFS server for all hosts",
	.type = "nfs",
	.content_type = "user",
	.shared = true,
	.device = { "server", "192.0.2.10", "serverpath", "/export/disks" },
};
static const struct sim_repository iso_library = {
	.name = "ISO library",
	.description = "CD images for all hosts",
	.type = "iso",
	.content_type = "iso",
	.shared = true,
	.device = { "location", "192.0.2.10:/export/iso", "type", "nfs_iso" },
};
static const struct sim_repository tools = {
	.name = "XenServer Tools",
	.description = "CD image with the guest tools",
	.type = "iso",
	.content_type = "iso",
	.shared = true,
	.tools = true,
	.i18n_key = "xenserver-tools",
	.device = { "location", "/opt/xensource/packages/iso", "legacy_mode",
	    "true" },
};

static struct map
sr_other_config(struct builder *b, const struct sim_repository *r)
{
	struct builder_pairs p = { .b = b };

	if (r->i18n_key) {
		builder_put(&p, "i18n-original-value-name_label", r->name);
		builder_put(&p, "i18n-key", r->i18n_key);
	}
	if (r->tools) {
		builder_put(&p, "xenserver_tools_sr", "true");
		builder_put(&p, "xensource_internal", "true");
	}
	if (r->cd || r->shared)
		builder_put(&p, "auto-scan", r->cd ? "true" : "false");
	return builder_pairs_map(&p);
}

static struct ref
add_sr(struct sim *s, const struct sim_repository *r)
{
	struct builder *b = &s->m->b;
	struct sr sr;

	builder_defaults(CLASS_SR, &sr.r);
	sr.name_label = r->name;
	sr.name_description = r->description ? r->description : "";
	sr.type = r->type;
	sr.content_type = r->content_type;
	sr.shared = r->shared;
	sr.is_tools_sr = r->tools;
	sr.default_vdi_visibility = true;
	sr.other_config = sr_other_config(b, r);
	if (r->cd)
		sr.sm_config = BUILDER_MAP(b, "type", r->cd);
	return maker_add(s->m, &sr.r);
}

static void
add_pbd(struct sim *s, struct ref sr, unsigned host,
    const struct sim_repository *r)
{
	struct pbd p;

	builder_defaults(CLASS_PBD, &p.r);
	p.SR = sr;
	p.host = s->hosts[host].host;
	p.device_config = builder_map(&s->m->b, r->device);
	p.currently_attached = true;
	(void)maker_add(s->m, &p.r);
}

static struct ref
add_local(struct sim *s, unsigned host, const struct sim_repository *r)
{
	struct ref sr = add_sr(s, r);

	add_pbd(s, sr, host, r);
	return sr;
}

static struct ref
add_shared(struct sim *s, const struct sim_repository *r)
{
	struct ref sr = add_sr(s, r);

	for (unsigned i = 0; i < s->nhosts; i++)
		add_pbd(s, sr, i, r);
	return sr;
}

static void
set_sizes(struct sim *s, const struct sim_sr *sr, int64_t size)
{
	struct tx *t = s->m->t;

	if (!t)
		return;
	(void)TX_SET(t, SR, sr, sr->sr, virtual_allocation,
	    sr->virtual_allocation);
	(void)TX_SET(t, SR, sr, sr->sr, physical_utilisation, sr->used);
	(void)TX_SET(t, SR, sr, sr->sr, physical_size, size);
}

/* ---- CD images ---- */

static const struct {
	const char *name;
	int64_t size; /* bytes */
} isos[SIM_ISOS] = {
	{ "debian-12.8.0-amd64-netinst.iso", 661651456 },
	{ "ubuntu-24.04.1-live-server-amd64.iso", 2773874688 },
	{ "AlmaLinux-9.5-x86_64-minimal.iso", 2037383168 },
	{ "windows-server-2022-eval.iso", 5044094976 },
};

static struct ref
add_iso(struct sim *s, struct ref sr, const char *name, int64_t size,
    bool tools_iso)
{
	struct vdi v;

	builder_defaults(CLASS_VDI, &v.r);
	v.name_label = name;
	v.SR = sr;
	v.location = name;
	v.virtual_size = v.physical_utilisation = size;
	v.type = VDI_TYPE_USER;
	v.read_only = v.sharable = true;
	v.managed = true;
	v.is_tools_iso = tools_iso;
	if (tools_iso)
		v.sm_config = BUILDER_MAP(&s->m->b, "xs-tools", "true");
	return maker_add(s->m, &v.r);
}

static void
make_isos(struct sim *s)
{
	struct sim_sr library = { .sr = add_shared(s, &iso_library) };
	struct sim_sr tools_sr = { .sr = add_shared(s, &tools) };

	for (unsigned i = 0; i < SIM_ISOS; i++) {
		s->isos[i] =
		    add_iso(s, library.sr, isos[i].name, isos[i].size, false);
		library.used += isos[i].size;
	}
	(void)add_iso(s, tools_sr.sr, "guest-tools.iso", 24 * WORLD_MIB, true);
	tools_sr.used = 24 * WORLD_MIB;
	library.virtual_allocation = library.used;
	tools_sr.virtual_allocation = tools_sr.used;
	set_sizes(s, &library, library.used);
	set_sizes(s, &tools_sr, tools_sr.used);
}

/* ---- all of it ---- */

struct sim_sr *
sim_vm_sr(struct sim *s, unsigned host)
{
	return s->nhosts > 1 ? &s->shared : &s->local[host];
}

static void
set_defaults(struct sim *s)
{
	struct ref sr = sim_vm_sr(s, 0)->sr;
	struct tx *t = s->m->t;

	if (!t)
		return;
	(void)TX_SET(t, pool, pool, s->core->pool, default_SR, sr);
	(void)TX_SET(t, pool, pool, s->core->pool, suspend_image_SR, sr);
	(void)TX_SET(t, pool, pool, s->core->pool, crash_dump_SR, sr);
	for (unsigned i = 0; i < s->nhosts; i++) {
		struct ref host = s->hosts[i].host;

		(void)TX_SET(t, host, host, host, suspend_image_sr, sr);
		(void)TX_SET(t, host, host, host, crash_dump_sr, sr);
	}
}

void
sim_storage_make(struct sim *s)
{
	for (unsigned i = 0; i < DRIVERS; i++)
		add_driver(s, &drivers[i]);
	for (unsigned i = 0; i < s->nhosts; i++) {
		s->local[i].sr = add_local(s, i, &local_storage);
		(void)add_local(s, i, &dvd_drives);
		(void)add_local(s, i, &removable);
		maker_turn(s->m);
	}
	if (s->nhosts > 1)
		s->shared.sr = add_shared(s, &shared_storage);
	make_isos(s);
	set_defaults(s);
}

/* Twice what is used, a power of two, at least 2 TiB. */
static int64_t
believable_size(int64_t used)
{
	int64_t size = 2 * WORLD_TIB;

	while (size < 2 * used)
		size *= 2;
	return size;
}

void
sim_storage_finish(struct sim *s)
{
	for (unsigned i = 0; i < s->nhosts; i++)
		set_sizes(s, &s->local[i], believable_size(s->local[i].used));
	if (s->nhosts > 1)
		set_sizes(s, &s->shared, believable_size(s->shared.used));
}
