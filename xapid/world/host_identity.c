/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/host_identity.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "lib/clock.h"

/* Clients compare them as numbers, so both are numeric with dots. */
#define DEFAULT_BRAND "XCP"
#define DEFAULT_PRODUCT_VERSION "8.4.0"
#define DEFAULT_PLATFORM_VERSION "3.4.0"
#define EDITION "xcp-ng" /* the one that clients know to be free */

/* ---- licence ---- */

/* Keys that clients and the product ask for; "false" means unrestricted, but
 * see features_on. */
static const char *const restrictions[] = { "restrict_vlan", "restrict_qos",
	"restrict_pool_attached_storage", "restrict_netapp",
	"restrict_equalogic", "restrict_pooling", "restrict_marathon",
	"restrict_email_alerting", "restrict_historical_performance",
	"restrict_wlb", "restrict_rbac", "restrict_dmc", "restrict_checkpoint",
	"restrict_cpu_masking", "restrict_connection", "platform_filter",
	"regular_nag_dialog", "restrict_vmpr", "restrict_vmss",
	"restrict_intellicache", "restrict_gpu", "restrict_dr",
	"restrict_vif_locking", "restrict_storage_xen_motion", "restrict_vgpu",
	"restrict_integrated_gpu_passthrough", "restrict_vss",
	"restrict_guest_agent_auto_update",
	"restrict_pci_device_for_auto_update", "restrict_xen_motion",
	"restrict_guest_ip_setting", "restrict_ad", "restrict_nested_virt",
	"restrict_live_patching", "restrict_set_vcpus_number_live",
	"restrict_pvs_proxy", "restrict_igmp_snooping", "restrict_rpu",
	"restrict_pool_size", "restrict_cbt", "restrict_usb_passthrough",
	"restrict_network_sriov", "restrict_corosync", "restrict_corosync3",
	"restrict_cluster_address", "restrict_zstd_export",
	"restrict_pool_secret_rotation", "restrict_certificate_verification",
	"restrict_updates", "restrict_internal_repo_access", "restrict_vtpm",
	"restrict_vm_groups", "restrict_vm_start",
	"restrict_vm_appliance_start", "restrict_hard_numa", NULL };

/* Features that are there when their key says "true". */
static const char *const features_on[] = { "enable_xha", NULL };

struct map
host_identity_features(struct builder *b)
{
	struct builder_pairs p = { .b = b };

	for (unsigned i = 0; restrictions[i]; i++)
		builder_put(&p, restrictions[i], "false");
	for (unsigned i = 0; features_on[i]; i++)
		builder_put(&p, features_on[i], "true");
	return builder_pairs_map(&p);
}

/* ---- versions ---- */

static const char *
or_default(const char *configured, const char *otherwise)
{
	return configured && *configured ? configured : otherwise;
}

/* "8.4.0" without what follows its second number. */
static const char *
short_version(struct builder *b, const char *version)
{
	int dots = 0, len = 0;

	while (version[len] && (dots += version[len] == '.') < 2)
		len++;
	return builder_text(b, "%.*s", len, version);
}

/* When this program was built: the time of its file. */
static const char *
build_date(struct builder *b)
{
	char date[DATE_CHARS + 1];
	struct stat st;

	if (stat("/proc/self/exe", &st) < 0)
		return "";
	date_format(st.st_mtime, date);
	return builder_text(b, "%s", date);
}

static struct map
software_version(struct builder *b, const struct core_config *config,
    const struct host_facts *facts)
{
	struct builder_pairs p = { .b = b };
	const char *product =
	    or_default(config->product_version, DEFAULT_PRODUCT_VERSION);
	const char *api =
	    builder_text(b, "%d.%d", API_VERSION_MAJOR, API_VERSION_MINOR);
	const char *const pairs[][2] = {
		{ "product_version", product },
		{ "product_version_text", short_version(b, product) },
		{ "product_version_text_short", short_version(b, product) },
		{ "platform_name", "XCP" },
		{ "platform_version",
		    or_default(config->platform_version,
			DEFAULT_PLATFORM_VERSION) },
		{ "product_brand",
		    or_default(config->product_brand, DEFAULT_BRAND) },
		{ "xapi", COMPATIBLE_XAPI },
		{ "xapi_build", COMPATIBLE_XAPI ".0" },
		{ "build_number", "0" },
		{ "hostname", "localhost" },
		{ "date", build_date(b) },
		{ "xen", facts->xen_version },
		{ "linux", facts->linux_version },
		{ "xencenter_min", api },
		{ "xencenter_max", api },
		{ "network_backend", facts->network_backend },
		{ "db_schema", "5.909" },
		{ "xapid", PACKAGE_VERSION },
		{ "backend", facts->backend },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (*pairs[i][1])
			builder_put(&p, pairs[i][0], pairs[i][1]);
	return builder_pairs_map(&p);
}

/* ---- CPUs ---- */

static struct map
cpu_info(struct builder *b, const struct cpu_facts *cpu)
{
	return BUILDER_MAP(b, "cpu_count", builder_text(b, "%u", cpu->count),
	    "socket_count", builder_text(b, "%u", cpu->sockets),
	    "threads_per_core", builder_text(b, "%u", cpu->threads_per_core),
	    "nr_nodes", builder_text(b, "%u", cpu->nodes), "vendor",
	    cpu->vendor, "speed", cpu->speed, "modelname", cpu->modelname,
	    "family", cpu->family, "model", cpu->model, "stepping",
	    cpu->stepping, "flags", cpu->flags, "features_pv", cpu->features_pv,
	    "features_hvm", cpu->features_hvm, "features_hvm_host",
	    cpu->features_hvm, "features_pv_host", cpu->features_pv);
}

/* ---- the whole ---- */

/* Fields that host_identity_refresh writes again. */
static const int refreshed[] = { FIELD_host_API_version_major,
	FIELD_host_API_version_minor, FIELD_host_API_version_vendor,
	FIELD_host_software_version, FIELD_host_capabilities,
	FIELD_host_sched_policy, FIELD_host_supported_bootloaders,
	FIELD_host_cpu_info, FIELD_host_license_params, FIELD_host_editions,
	FIELD_host_bios_strings, FIELD_host_chipset_info,
	FIELD_host_memory_overhead,
	FIELD_host_virtual_hardware_platform_versions };

static const char *
seconds(struct builder *b, int64_t sec)
{
	return builder_text(b, "%" PRId64 ".", sec);
}

void
host_identity_fill(struct builder *b, const struct core_config *config,
    int64_t started, const struct host_facts *facts, struct host *h)
{
	static const int64_t hardware_versions[] = { 0, 1, 2 };

	h->API_version_major = API_VERSION_MAJOR;
	h->API_version_minor = API_VERSION_MINOR;
	h->API_version_vendor = "XenSource";
	h->software_version = software_version(b, config, facts);
	h->other_config = BUILDER_MAP(b, "agent_start_time",
	    seconds(b, started), "boot_time", seconds(b, facts->boot_time));
	h->capabilities = facts->capabilities;
	h->sched_policy = facts->sched_policy;
	h->supported_bootloaders = BUILDER_STRINGS(b, "pygrub", "eliloader");
	h->cpu_info = cpu_info(b, &facts->cpu);
	h->license_params = host_identity_features(b);
	h->edition = EDITION;
	h->editions = BUILDER_STRINGS(b, EDITION);
	h->bios_strings = facts->bios_strings;
	h->chipset_info =
	    BUILDER_MAP(b, "iommu", facts->iommu ? "true" : "false");
	h->memory_overhead = facts->memory_overhead;
	if (*facts->timezone)
		h->timezone = facts->timezone;
	h->https_only = config->https_only == HTTPS_ONLY_YES;
	h->ssl_legacy = false;
	h->virtual_hardware_platform_versions =
	    builder_ints(b, hardware_versions, 3);
}

void
host_identity_refresh(struct builder *b, struct tx *t, struct ref host,
    const struct core_config *config, int64_t started,
    const struct host_facts *facts)
{
	static const char *const times[] = { "agent_start_time", "boot_time",
		NULL };
	struct host h;

	builder_defaults(CLASS_host, &h.r);
	host_identity_fill(b, config, started, facts, &h);
	for (size_t i = 0; i < sizeof(refreshed) / sizeof(*refreshed); i++)
		(void)tx_set(t, CLASS_host, host, refreshed[i],
		    record_field(&h.r,
			&class_table[CLASS_host].fields[refreshed[i]]));
	if (config->https_only != HTTPS_ONLY_AS_STORED)
		TX_SET(t, host, host, host, https_only, h.https_only);
	if (*facts->timezone) /* that of a simulated host is a setting */
		TX_SET(t, host, host, host, timezone, h.timezone);
	for (unsigned i = 0; times[i]; i++)
		(void)tx_map_put(t, CLASS_host, host, FIELD_host_other_config,
		    times[i], builder_find(&h.other_config, times[i]));
}
