/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may use which HTTP handler. (source: http.json) */
#include <string.h>

#include "access/rbac.h"

static const struct http_role {
	const char *handler;
	const char *role; /* the lowest that may; NULL: local root only */
	bool client_cert; /* peers with a client certificate may too */
} http_roles[] = {
	{ "connect_console", "vm-operator", false },
	{ "connect_console/host_console", "pool-admin", false },
	{ "connect_console_ws", "vm-operator", false },
	{ "connect_console_ws/host_console_ws", "pool-admin", false },
	{ "connect_remotecmd", "pool-admin", false },
	{ "get_audit_log", "read-only", false },
	{ "get_blob", "read-only", false },
	{ "get_config_sync", "pool-admin", false },
	{ "get_enabled_repository", "pool-operator", true },
	{ "get_export", "vm-admin", false },
	{ "get_export_metadata", "vm-admin", false },
	{ "get_export_raw_vdi", "vm-admin", false },
	{ "get_host_backup", "pool-admin", false },
	{ "get_host_logs_download", "pool-operator", false },
	{ "get_host_rrds", "read-only", false },
	{ "get_host_updates", "pool-operator", true },
	{ "get_pool_update_download", "read-only", false },
	{ "get_pool_xml_db_sync", "pool-admin", false },
	{ "get_repository", NULL, false },
	{ "get_root", "read-only", false },
	{ "get_services", "read-only", false },
	{ "get_services_sm", "vm-power-admin", false },
	{ "get_services_xenops", "vm-power-admin", false },
	{ "get_system_status", "pool-operator", false },
	{ "get_updates", "pool-operator", true },
	{ "get_vm_rrds", "read-only", false },
	{ "get_vncsnapshot", "vm-operator", false },
	{ "get_vncsnapshot/host_console", "pool-admin", false },
	{ "get_wlb_diagnostics", "read-only", false },
	{ "get_wlb_report", "read-only", false },
	{ "host_rrd", "read-only", false },
	{ "post_cli", "read-only", false },
	{ "post_json", "read-only", false },
	{ "post_json_options", "read-only", false },
	{ "post_jsonrpc", "read-only", false },
	{ "post_jsonrpc_options", "read-only", false },
	{ "post_remote_db_access", "pool-admin", false },
	{ "post_remote_db_access_v2", "pool-admin", false },
	{ "post_root", "read-only", false },
	{ "post_root_options", "read-only", false },
	{ "post_RPC2", "read-only", false },
	{ "post_services", "pool-admin", false },
	{ "post_services_sm", "vm-power-admin", false },
	{ "post_services_xenops", "vm-power-admin", true },
	{ "put_blob", "vm-power-admin", false },
	{ "put_bundle", "pool-operator", false },
	{ "put_host_restore", "pool-admin", false },
	{ "put_import", "vm-admin", false },
	{ "put_import_metadata", "vm-admin", false },
	{ "put_import_raw_vdi", "vm-admin", false },
	{ "put_messages", "vm-power-admin", false },
	{ "put_pool_patch_upload", "pool-operator", false },
	{ "put_pool_xml_db_sync", "pool-admin", false },
	{ "put_services", "pool-admin", false },
	{ "put_services_sm", "vm-power-admin", false },
	{ "put_services_xenops", "vm-power-admin", true },
	{ "rrd", "pool-admin", false },
	{ "rrd_updates", "read-only", false },
	{ "sr_rrd", "read-only", false },
	{ "vm_rrd", "read-only", false },
};

#define COUNT (sizeof(http_roles) / sizeof *(http_roles))

static role_mask
roles_of(const struct http_role *h)
{
	role_mask roles = rbac_at_least(h->role);

	if (h->client_cert)
		roles |= role_find("client-cert");
	return roles;
}

role_mask
rbac_http_roles(const char *handler)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(http_roles[i].handler, handler) == 0)
			return roles_of(&http_roles[i]);
	return 0;
}

int
rbac_http_each(int (*fn)(void *arg, const char *name, role_mask roles),
    void *arg)
{
	char name[RBAC_NAME_MAX] = "http/";
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT; i++) {
		strcpy(name + 5, http_roles[i].handler);
		rc = fn(arg, name, roles_of(&http_roles[i]));
	}
	return rc;
}
