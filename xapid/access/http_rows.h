/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one list of HTTP handlers and of who may use them, for call/http.c and
 * rbac_http.c. (source: http.json)
 *
 * HTTP_ROW(method, path, name, lowest role, flags, function): a handler; without
 *	a function it answers 501, without a role it is for local root.
 * HTTP_OURS(...): the same, without a permission in the original's list.
 * HTTP_ROLE(name, lowest role): a permission only: what the wire does itself,
 *	and parts of a handler. */

/* clang-format off */
HTTP_ROW("GET", "/services", "get_services",
	"read-only", 0, NULL)
HTTP_ROW("POST", "/services", "post_services",
	"pool-admin", 0, NULL)
HTTP_ROW("PUT", "/services", "put_services",
	"pool-admin", 0, NULL)
HTTP_ROW("POST", "/remote_db_access", "post_remote_db_access",
	"pool-admin", 0, NULL)
HTTP_ROW("POST", "/remote_db_access_v2", "post_remote_db_access_v2",
	"pool-admin", 0, NULL)
HTTP_ROW("GET", "/services/xenops", "get_services_xenops",
	"vm-power-admin", 0, NULL)
HTTP_ROW("POST", "/services/xenops", "post_services_xenops",
	"vm-power-admin", CLIENT_CERT, NULL)
HTTP_ROW("PUT", "/services/xenops", "put_services_xenops",
	"vm-power-admin", CLIENT_CERT, NULL)
HTTP_ROW("GET", "/services/SM", "get_services_sm",
	"vm-power-admin", 0, NULL)
HTTP_ROW("POST", "/services/SM", "post_services_sm",
	"vm-power-admin", 0, NULL)
HTTP_ROW("PUT", "/services/SM", "put_services_sm",
	"vm-power-admin", 0, NULL)
HTTP_ROW("PUT", "/import", "put_import",
	"vm-admin", 0, NULL)
HTTP_ROW("PUT", "/import_metadata", "put_import_metadata",
	"vm-admin", 0, NULL)
HTTP_ROW("PUT", "/import_raw_vdi", "put_import_raw_vdi",
	"vm-admin", 0, NULL)
HTTP_ROW("GET", "/export", "get_export",
	"vm-admin", 0, NULL)
HTTP_ROW("GET", "/export_metadata", "get_export_metadata",
	"vm-admin", 0, NULL)
HTTP_ROW("GET", "/export_raw_vdi", "get_export_raw_vdi",
	"vm-admin", 0, NULL)
HTTP_ROW("CONNECT", "/console", "connect_console",
	"vm-operator", 0, NULL)
HTTP_ROW("GET", "/console", "connect_console_ws",
	"vm-operator", 0, NULL)
HTTP_ROW("GET", "/host_backup", "get_host_backup",
	"pool-admin", 0, NULL)
HTTP_ROW("PUT", "/host_restore", "put_host_restore",
	"pool-admin", 0, NULL)
HTTP_ROW("GET", "/host_logs_download", "get_host_logs_download",
	"pool-operator", 0, http_get_host_logs)
HTTP_ROW("PUT", "/pool_patch_upload", "put_pool_patch_upload",
	"pool-operator", 0, NULL)
HTTP_ROW("GET", "/vncsnapshot", "get_vncsnapshot",
	"vm-operator", 0, NULL)
HTTP_ROW("GET", "/pool/xmldbdump", "get_pool_xml_db_sync",
	"pool-admin", 0, http_get_xmldbdump)
HTTP_ROW("PUT", "/pool/xmldbdump", "put_pool_xml_db_sync",
	"pool-admin", 0, http_put_xmldbdump)
HTTP_ROW("GET", "/sync_config_files", "get_config_sync",
	"pool-admin", 0, NULL)
HTTP_ROW("GET", "/system-status", "get_system_status",
	"pool-operator", 0, http_get_system_status)
HTTP_ROW("GET", "/vm_rrd", "vm_rrd",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/vm_rrds", "get_vm_rrds",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/host_rrd", "host_rrd",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/host_rrds", "get_host_rrds",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/sr_rrd", "sr_rrd",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/rrd_updates", "rrd_updates",
	"read-only", 0, NULL)
HTTP_ROW("PUT", "/rrd", "rrd",
	"pool-admin", 0, NULL)
HTTP_ROW("GET", "/blob", "get_blob",
	"read-only", INSIDE, http_get_blob)
HTTP_ROW("PUT", "/blob", "put_blob",
	"vm-power-admin", 0, http_put_blob)
HTTP_ROW("PUT", "/messages", "put_messages",
	"vm-power-admin", 0, NULL)
HTTP_ROW("CONNECT", "/remotecmd", "connect_remotecmd",
	"pool-admin", 0, NULL)
HTTP_ROW("GET", "/wlb_report", "get_wlb_report",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/wlb_diagnostics", "get_wlb_diagnostics",
	"read-only", 0, NULL)
HTTP_ROW("GET", "/audit_log", "get_audit_log",
	"read-only", 0, http_get_audit_log)
HTTP_ROW("GET", "/update", "get_pool_update_download",
	"read-only", INSIDE, NULL)
HTTP_ROW("GET", "/repository", "get_repository",
	NULL, ROOT_ONLY, NULL)
HTTP_ROW("GET", "/repository/enabled", "get_enabled_repository",
	"pool-operator", CLIENT_CERT, NULL)
HTTP_ROW("GET", "/host_updates", "get_host_updates",
	"pool-operator", CLIENT_CERT, NULL)
HTTP_ROW("GET", "/updates", "get_updates",
	"pool-operator", CLIENT_CERT, NULL)
HTTP_ROW("PUT", "/bundle", "put_bundle",
	"pool-operator", 0, NULL)
HTTP_ROW("POST", "/cli", "post_cli",
	"read-only", INSIDE, http_post_cli)
HTTP_OURS("POST", "/xe", "post_cli",
	"read-only", INSIDE, http_post_cli)
HTTP_OURS("POST", "/simulator", "post_simulator",
	"pool-admin", 0, http_post_simulator)
HTTP_OURS("GET", "/events", "get_events",
	"read-only", 0, http_get_events)
HTTP_OURS("GET", "/openrpc.json", "get_openrpc",
	"read-only", INSIDE, http_get_openrpc)

HTTP_ROLE("connect_console/host_console", "pool-admin")
HTTP_ROLE("connect_console_ws/host_console_ws", "pool-admin")
HTTP_ROLE("get_root", "read-only")
HTTP_ROLE("get_vncsnapshot/host_console", "pool-admin")
HTTP_ROLE("post_json", "read-only")
HTTP_ROLE("post_json_options", "read-only")
HTTP_ROLE("post_jsonrpc", "read-only")
HTTP_ROLE("post_jsonrpc_options", "read-only")
HTTP_ROLE("post_root", "read-only")
HTTP_ROLE("post_root_options", "read-only")
HTTP_ROLE("post_RPC2", "read-only")
/* clang-format on */

#undef HTTP_ROW
#undef HTTP_OURS
#undef HTTP_ROLE
