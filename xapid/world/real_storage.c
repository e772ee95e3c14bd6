/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The storage of a real host: the drivers that there are, and a repository in
 * a folder of its own, so that a first VM can have a disk. */
#include <string.h>

#include "world/world_private.h"

#define VENDOR "xapid"
#define LOCAL_FOLDER "/var/lib/xapid/sr/local"

struct driver {
	const char *type, *name, *description;
	const char *features[16];
	const char *configuration[7];
	int formats[2];
	unsigned nformats;
};

static const struct driver drivers[] = {
	{ "file", "Folder", "Disks as sparse files in a folder of the host",
	    { "SR_PROBE", "SR_UPDATE", "SR_SCAN", "VDI_CREATE", "VDI_DELETE",
		"VDI_UPDATE", "VDI_ATTACH", "VDI_DETACH", "VDI_CLONE",
		"VDI_SNAPSHOT", "VDI_RESIZE", "VDI_RESET_ON_BOOT",
		"VDI_GENERATE_CONFIG", "THIN_PROVISIONING" },
	    { "location", "path of a folder (required)", "image-format",
		"raw or qcow2, for disks that do not say",
		"preferred-image-formats",
		"the same as a list, the first that is known" },
	    { IMAGE_FORMAT_TYPE_RAW, IMAGE_FORMAT_TYPE_QCOW2 }, 2 },
	{ "iso", "ISO", "CD images in a folder of the host",
	    { "SR_PROBE", "SR_UPDATE", "SR_SCAN", "VDI_ATTACH", "VDI_DETACH" },
	    { "location", "path of a folder (required)" }, { 0 }, 0 },
};

static struct map
features_map(struct builder *b, struct set names)
{
	int64_t *versions = arena_array(b->arena, names.n, sizeof(*versions));

	b->failed = b->failed || !versions;
	for (uint32_t i = 0; versions && i < names.n; i++)
		versions[i] = 1;
	return (struct map){ names.items, versions, versions ? names.n : 0 };
}

static void
fill(struct builder *b, const struct driver *d, struct sm *sm)
{
	builder_defaults(CLASS_SM, &sm->r);
	sm->type = d->type;
	sm->name_label = d->name;
	sm->name_description = d->description;
	sm->vendor = VENDOR;
	sm->copyright = "LGPL-2.1-or-later";
	sm->version = PACKAGE_VERSION;
	sm->required_api_version = "1.1";
	sm->configuration = builder_map(b, d->configuration);
	sm->capabilities = builder_strings(b, d->features);
	sm->features = features_map(b, sm->capabilities);
	sm->supported_image_formats =
	    (struct set){ .items = d->formats, .n = d->nformats };
}

static void
add_driver(struct maker *m, const struct driver *d)
{
	struct sm sm;

	fill(&m->b, d, &sm);
	(void)maker_add(m, &sm.r);
}

/* What an older version of us wrote. */
void
real_storage_refresh(struct builder *b, struct tx *t, const struct sm *old)
{
	static const int fields[] = { FIELD_SM_version, FIELD_SM_configuration,
		FIELD_SM_capabilities, FIELD_SM_features,
		FIELD_SM_supported_image_formats };
	struct ref ref = old->r.self;
	struct sm sm;

	if (strcmp(old->vendor, VENDOR) != 0)
		return;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++) {
		if (strcmp(drivers[i].type, old->type) != 0)
			continue;
		fill(b, &drivers[i], &sm);
		for (size_t k = 0; k < sizeof(fields) / sizeof(*fields); k++)
			(void)tx_set(t, CLASS_SM, ref, fields[k],
			    record_field(&sm.r,
				&class_table[CLASS_SM].fields[fields[k]]));
		return;
	}
}

struct ref
real_storage_add(struct maker *m, struct ref host)
{
	struct pbd pbd;
	struct sr sr;
	struct ref ref;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
		add_driver(m, &drivers[i]);
	builder_defaults(CLASS_SR, &sr.r);
	sr.name_label = "Local storage";
	sr.type = "file";
	sr.content_type = "user";
	sr.default_vdi_visibility = true;
	sr.other_config = BUILDER_MAP(&m->b, "i18n-key", "local-storage");
	ref = maker_add(m, &sr.r);
	builder_defaults(CLASS_PBD, &pbd.r);
	pbd.host = host;
	pbd.SR = ref;
	pbd.device_config = BUILDER_MAP(&m->b, "location", LOCAL_FOLDER);
	(void)maker_add(m, &pbd.r);
	return ref;
}
