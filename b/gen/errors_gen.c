/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: a function for every error */

#include <stddef.h>

#include "errors_gen.h"

static unsigned
list_length(const char *const params[])
{
	unsigned n = 0;

	while (params && params[n])
		n++;
	return n;
}

int
fail_activation_while_not_free(struct call *c)
{
	return call_fail(c, "ACTIVATION_WHILE_NOT_FREE",
	    NULL, 0);
}

int
fail_address_violates_locking_constraint(struct call *c,
    const char *address)
{
	return call_fail(c, "ADDRESS_VIOLATES_LOCKING_CONSTRAINT",
	    (const char *const[]){ address },
	    1);
}

int
fail_apply_guidance_failed(struct call *c, const char *ref)
{
	return call_fail(c, "APPLY_GUIDANCE_FAILED",
	    (const char *const[]){ ref },
	    1);
}

int
fail_apply_livepatch_failed(struct call *c, const char *livepatch)
{
	return call_fail(c, "APPLY_LIVEPATCH_FAILED",
	    (const char *const[]){ livepatch },
	    1);
}

int
fail_apply_updates_failed(struct call *c, const char *ref)
{
	return call_fail(c, "APPLY_UPDATES_FAILED",
	    (const char *const[]){ ref },
	    1);
}

int
fail_apply_updates_in_progress(struct call *c)
{
	return call_fail(c, "APPLY_UPDATES_IN_PROGRESS",
	    NULL, 0);
}

int
fail_auth_already_enabled(struct call *c, const char *current_auth_type,
    const char *current_service_name)
{
	return call_fail(c, "AUTH_ALREADY_ENABLED",
	    (const char *const[]){ current_auth_type, current_service_name },
	    2);
}

int
fail_auth_disable_failed(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_DISABLE_FAILED",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_disable_failed_permission_denied(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_DISABLE_FAILED_PERMISSION_DENIED",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_disable_failed_wrong_credentials(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_DISABLE_FAILED_WRONG_CREDENTIALS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_domain_lookup_failed(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_DOMAIN_LOOKUP_FAILED",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_invalid_account(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_INVALID_ACCOUNT",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_invalid_ou(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_INVALID_OU",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_invalid_trusted_certs(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_INVALID_TRUSTED_CERTS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_no_support_encrypt_type(struct call *c,
    const char *const params[])
{
	return call_fail(c, "AUTH_ENABLE_FAILED_NO_SUPPORT_ENCRYPT_TYPE",
	    params, list_length(params));
}

int
fail_auth_enable_failed_no_trusted_certs(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_NO_TRUSTED_CERTS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_permission_denied(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_PERMISSION_DENIED",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_unavailable(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_UNAVAILABLE",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_enable_failed_wrong_credentials(struct call *c,
    const char *message)
{
	return call_fail(c, "AUTH_ENABLE_FAILED_WRONG_CREDENTIALS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_invalid_trusted_certs(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_INVALID_TRUSTED_CERTS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_is_disabled(struct call *c)
{
	return call_fail(c, "AUTH_IS_DISABLED",
	    NULL, 0);
}

int
fail_auth_no_trusted_certs(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_NO_TRUSTED_CERTS",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_service_error(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_SERVICE_ERROR",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_setup_tls_connection(struct call *c, const char *message)
{
	return call_fail(c, "AUTH_SETUP_TLS_CONNECTION",
	    (const char *const[]){ message },
	    1);
}

int
fail_auth_set_ldaps_failed(struct call *c, const char *host,
    const char *message)
{
	return call_fail(c, "AUTH_SET_LDAPS_FAILED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_auth_unknown_type(struct call *c, const char *type)
{
	return call_fail(c, "AUTH_UNKNOWN_TYPE",
	    (const char *const[]){ type },
	    1);
}

int
fail_backup_script_failed(struct call *c, const char *log)
{
	return call_fail(c, "BACKUP_SCRIPT_FAILED",
	    (const char *const[]){ log },
	    1);
}

int
fail_ballooning_disabled(struct call *c, const char *const params[])
{
	return call_fail(c, "BALLOONING_DISABLED",
	    params, list_length(params));
}

int
fail_ballooning_timeout_before_migration(struct call *c, const char *vm)
{
	return call_fail(c, "BALLOONING_TIMEOUT_BEFORE_MIGRATION",
	    (const char *const[]){ vm },
	    1);
}

int
fail_blocked_repo_url(struct call *c, const char *url)
{
	return call_fail(c, "BLOCKED_REPO_URL",
	    (const char *const[]){ url },
	    1);
}

int
fail_bootloader_failed(struct call *c, const char *vm, const char *msg)
{
	return call_fail(c, "BOOTLOADER_FAILED",
	    (const char *const[]){ vm, msg },
	    2);
}

int
fail_boot_device_passthrough_disallowed(struct call *c, const char *device)
{
	return call_fail(c, "BOOT_DEVICE_PASSTHROUGH_DISALLOWED",
	    (const char *const[]){ device },
	    1);
}

int
fail_bridge_name_exists(struct call *c, const char *bridge)
{
	return call_fail(c, "BRIDGE_NAME_EXISTS",
	    (const char *const[]){ bridge },
	    1);
}

int
fail_bridge_not_available(struct call *c, const char *bridge)
{
	return call_fail(c, "BRIDGE_NOT_AVAILABLE",
	    (const char *const[]){ bridge },
	    1);
}

int
fail_bundle_repository_already_exists(struct call *c, const char *ref)
{
	return call_fail(c, "BUNDLE_REPOSITORY_ALREADY_EXISTS",
	    (const char *const[]){ ref },
	    1);
}

int
fail_bundle_repo_not_enabled(struct call *c)
{
	return call_fail(c, "BUNDLE_REPO_NOT_ENABLED",
	    NULL, 0);
}

int
fail_bundle_sync_failed(struct call *c)
{
	return call_fail(c, "BUNDLE_SYNC_FAILED",
	    NULL, 0);
}

int
fail_bundle_unpack_failed(struct call *c, const char *error)
{
	return call_fail(c, "BUNDLE_UNPACK_FAILED",
	    (const char *const[]){ error },
	    1);
}

int
fail_cannot_add_tunnel_to_bond_slave(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_ADD_TUNNEL_TO_BOND_SLAVE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_add_tunnel_to_sriov_logical(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_ADD_TUNNEL_TO_SRIOV_LOGICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_add_tunnel_to_vlan_on_sriov_logical(struct call *c,
    const char *pif)
{
	return call_fail(c, "CANNOT_ADD_TUNNEL_TO_VLAN_ON_SRIOV_LOGICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_add_vlan_to_bond_slave(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_ADD_VLAN_TO_BOND_SLAVE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_change_pif_properties(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_CHANGE_PIF_PROPERTIES",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_contact_host(struct call *c, const char *host)
{
	return call_fail(c, "CANNOT_CONTACT_HOST",
	    (const char *const[]){ host },
	    1);
}

int
fail_cannot_create_state_file(struct call *c)
{
	return call_fail(c, "CANNOT_CREATE_STATE_FILE",
	    NULL, 0);
}

int
fail_cannot_destroy_disaster_recovery_task(struct call *c,
    const char *reason)
{
	return call_fail(c, "CANNOT_DESTROY_DISASTER_RECOVERY_TASK",
	    (const char *const[]){ reason },
	    1);
}

int
fail_cannot_destroy_system_network(struct call *c, const char *network)
{
	return call_fail(c, "CANNOT_DESTROY_SYSTEM_NETWORK",
	    (const char *const[]){ network },
	    1);
}

int
fail_cannot_enable_redo_log(struct call *c, const char *reason)
{
	return call_fail(c, "CANNOT_ENABLE_REDO_LOG",
	    (const char *const[]){ reason },
	    1);
}

int
fail_cannot_evacuate_host(struct call *c, const char *errors)
{
	return call_fail(c, "CANNOT_EVACUATE_HOST",
	    (const char *const[]){ errors },
	    1);
}

int
fail_cannot_fetch_patch(struct call *c, const char *uuid)
{
	return call_fail(c, "CANNOT_FETCH_PATCH",
	    (const char *const[]){ uuid },
	    1);
}

int
fail_cannot_find_oem_backup_partition(struct call *c)
{
	return call_fail(c, "CANNOT_FIND_OEM_BACKUP_PARTITION",
	    NULL, 0);
}

int
fail_cannot_find_patch(struct call *c)
{
	return call_fail(c, "CANNOT_FIND_PATCH",
	    NULL, 0);
}

int
fail_cannot_find_state_partition(struct call *c)
{
	return call_fail(c, "CANNOT_FIND_STATE_PARTITION",
	    NULL, 0);
}

int
fail_cannot_find_update(struct call *c)
{
	return call_fail(c, "CANNOT_FIND_UPDATE",
	    NULL, 0);
}

int
fail_cannot_forget_sriov_logical(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_FORGET_SRIOV_LOGICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_plug_bond_slave(struct call *c, const char *pif)
{
	return call_fail(c, "CANNOT_PLUG_BOND_SLAVE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_cannot_plug_vif(struct call *c, const char *vif)
{
	return call_fail(c, "CANNOT_PLUG_VIF",
	    (const char *const[]){ vif },
	    1);
}

int
fail_cannot_reset_control_domain(struct call *c, const char *vm)
{
	return call_fail(c, "CANNOT_RESET_CONTROL_DOMAIN",
	    (const char *const[]){ vm },
	    1);
}

int
fail_cannot_restart_device_model(struct call *c, const char *ref)
{
	return call_fail(c, "CANNOT_RESTART_DEVICE_MODEL",
	    (const char *const[]){ ref },
	    1);
}

int
fail_can_not_periodic_sync_updates(struct call *c)
{
	return call_fail(c, "CAN_NOT_PERIODIC_SYNC_UPDATES",
	    NULL, 0);
}

int
fail_can_not_sync_updates(struct call *c)
{
	return call_fail(c, "CAN_NOT_SYNC_UPDATES",
	    NULL, 0);
}

int
fail_ca_certificate_expired(struct call *c, const char *const params[])
{
	return call_fail(c, "CA_CERTIFICATE_EXPIRED",
	    params, list_length(params));
}

int
fail_ca_certificate_invalid(struct call *c, const char *const params[])
{
	return call_fail(c, "CA_CERTIFICATE_INVALID",
	    params, list_length(params));
}

int
fail_ca_certificate_not_valid_yet(struct call *c,
    const char *const params[])
{
	return call_fail(c, "CA_CERTIFICATE_NOT_VALID_YET",
	    params, list_length(params));
}

int
fail_certificate_already_exists(struct call *c, const char *name)
{
	return call_fail(c, "CERTIFICATE_ALREADY_EXISTS",
	    (const char *const[]){ name },
	    1);
}

int
fail_certificate_corrupt(struct call *c, const char *name)
{
	return call_fail(c, "CERTIFICATE_CORRUPT",
	    (const char *const[]){ name },
	    1);
}

int
fail_certificate_does_not_exist(struct call *c, const char *name)
{
	return call_fail(c, "CERTIFICATE_DOES_NOT_EXIST",
	    (const char *const[]){ name },
	    1);
}

int
fail_certificate_lacks_purpose(struct call *c)
{
	return call_fail(c, "CERTIFICATE_LACKS_PURPOSE",
	    NULL, 0);
}

int
fail_certificate_library_corrupt(struct call *c)
{
	return call_fail(c, "CERTIFICATE_LIBRARY_CORRUPT",
	    NULL, 0);
}

int
fail_certificate_name_invalid(struct call *c, const char *name)
{
	return call_fail(c, "CERTIFICATE_NAME_INVALID",
	    (const char *const[]){ name },
	    1);
}

int
fail_cert_refresh_in_progress(struct call *c, const char *const params[])
{
	return call_fail(c, "CERT_REFRESH_IN_PROGRESS",
	    params, list_length(params));
}

int
fail_change_password_rejected(struct call *c, const char *msg)
{
	return call_fail(c, "CHANGE_PASSWORD_REJECTED",
	    (const char *const[]){ msg },
	    1);
}

int
fail_client_error(struct call *c, const char *const params[])
{
	return call_fail(c, "CLIENT_ERROR",
	    params, list_length(params));
}

int
fail_clustered_sr_degraded(struct call *c, const char *sr)
{
	return call_fail(c, "CLUSTERED_SR_DEGRADED",
	    (const char *const[]){ sr },
	    1);
}

int
fail_clustering_disabled(struct call *c, const char *cluster_host)
{
	return call_fail(c, "CLUSTERING_DISABLED",
	    (const char *const[]){ cluster_host },
	    1);
}

int
fail_clustering_enabled(struct call *c, const char *cluster_host)
{
	return call_fail(c, "CLUSTERING_ENABLED",
	    (const char *const[]){ cluster_host },
	    1);
}

int
fail_cluster_already_exists(struct call *c)
{
	return call_fail(c, "CLUSTER_ALREADY_EXISTS",
	    NULL, 0);
}

int
fail_cluster_create_in_progress(struct call *c)
{
	return call_fail(c, "CLUSTER_CREATE_IN_PROGRESS",
	    NULL, 0);
}

int
fail_cluster_does_not_have_one_node(struct call *c,
    const char *number_of_nodes)
{
	return call_fail(c, "CLUSTER_DOES_NOT_HAVE_ONE_NODE",
	    (const char *const[]){ number_of_nodes },
	    1);
}

int
fail_cluster_force_destroy_failed(struct call *c, const char *cluster)
{
	return call_fail(c, "CLUSTER_FORCE_DESTROY_FAILED",
	    (const char *const[]){ cluster },
	    1);
}

int
fail_cluster_has_no_certificate(struct call *c, const char *const params[])
{
	return call_fail(c, "CLUSTER_HAS_NO_CERTIFICATE",
	    params, list_length(params));
}

int
fail_cluster_host_is_last(struct call *c, const char *cluster_host)
{
	return call_fail(c, "CLUSTER_HOST_IS_LAST",
	    (const char *const[]){ cluster_host },
	    1);
}

int
fail_cluster_host_not_joined(struct call *c, const char *cluster_host)
{
	return call_fail(c, "CLUSTER_HOST_NOT_JOINED",
	    (const char *const[]){ cluster_host },
	    1);
}

int
fail_cluster_stack_in_use(struct call *c, const char *cluster_stack)
{
	return call_fail(c, "CLUSTER_STACK_IN_USE",
	    (const char *const[]){ cluster_stack },
	    1);
}

int
fail_configure_repositories_in_progress(struct call *c)
{
	return call_fail(c, "CONFIGURE_REPOSITORIES_IN_PROGRESS",
	    NULL, 0);
}

int
fail_could_not_find_network_interface_with_specified_device_name_and_mac_address(struct call *c,
    const char *device, const char *mac)
{
	return call_fail(c, "COULD_NOT_FIND_NETWORK_INTERFACE_WITH_SPECIFIED_DEVICE_NAME_AND_MAC_ADDRESS",
	    (const char *const[]){ device, mac },
	    2);
}

int
fail_could_not_import_database(struct call *c, const char *reason)
{
	return call_fail(c, "COULD_NOT_IMPORT_DATABASE",
	    (const char *const[]){ reason },
	    1);
}

int
fail_could_not_update_igmp_snooping_everywhere(struct call *c)
{
	return call_fail(c, "COULD_NOT_UPDATE_IGMP_SNOOPING_EVERYWHERE",
	    NULL, 0);
}

int
fail_cpu_feature_masking_not_supported(struct call *c, const char *details)
{
	return call_fail(c, "CPU_FEATURE_MASKING_NOT_SUPPORTED",
	    (const char *const[]){ details },
	    1);
}

int
fail_createrepo_failed(struct call *c, const char *const params[])
{
	return call_fail(c, "CREATEREPO_FAILED",
	    params, list_length(params));
}

int
fail_crl_already_exists(struct call *c, const char *name)
{
	return call_fail(c, "CRL_ALREADY_EXISTS",
	    (const char *const[]){ name },
	    1);
}

int
fail_crl_corrupt(struct call *c, const char *name)
{
	return call_fail(c, "CRL_CORRUPT",
	    (const char *const[]){ name },
	    1);
}

int
fail_crl_does_not_exist(struct call *c, const char *name)
{
	return call_fail(c, "CRL_DOES_NOT_EXIST",
	    (const char *const[]){ name },
	    1);
}

int
fail_crl_name_invalid(struct call *c, const char *name)
{
	return call_fail(c, "CRL_NAME_INVALID",
	    (const char *const[]){ name },
	    1);
}

int
fail_db_uniqueness_constraint_violation(struct call *c, const char *table,
    const char *field, const char *value)
{
	return call_fail(c, "DB_UNIQUENESS_CONSTRAINT_VIOLATION",
	    (const char *const[]){ table, field, value },
	    3);
}

int
fail_default_sr_not_found(struct call *c, const char *sr)
{
	return call_fail(c, "DEFAULT_SR_NOT_FOUND",
	    (const char *const[]){ sr },
	    1);
}

int
fail_designate_new_master_in_progress(struct call *c,
    const char *const params[])
{
	return call_fail(c, "DESIGNATE_NEW_MASTER_IN_PROGRESS",
	    params, list_length(params));
}

int
fail_device_already_attached(struct call *c, const char *device)
{
	return call_fail(c, "DEVICE_ALREADY_ATTACHED",
	    (const char *const[]){ device },
	    1);
}

int
fail_device_already_detached(struct call *c, const char *device)
{
	return call_fail(c, "DEVICE_ALREADY_DETACHED",
	    (const char *const[]){ device },
	    1);
}

int
fail_device_already_exists(struct call *c, const char *device)
{
	return call_fail(c, "DEVICE_ALREADY_EXISTS",
	    (const char *const[]){ device },
	    1);
}

int
fail_device_attach_timeout(struct call *c, const char *type,
    const char *ref)
{
	return call_fail(c, "DEVICE_ATTACH_TIMEOUT",
	    (const char *const[]){ type, ref },
	    2);
}

int
fail_device_detach_rejected(struct call *c, const char *type,
    const char *ref, const char *msg)
{
	return call_fail(c, "DEVICE_DETACH_REJECTED",
	    (const char *const[]){ type, ref, msg },
	    3);
}

int
fail_device_detach_timeout(struct call *c, const char *type,
    const char *ref)
{
	return call_fail(c, "DEVICE_DETACH_TIMEOUT",
	    (const char *const[]){ type, ref },
	    2);
}

int
fail_device_not_attached(struct call *c, const char *vbd)
{
	return call_fail(c, "DEVICE_NOT_ATTACHED",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_disable_ssh_failed(struct call *c, const char *host)
{
	return call_fail(c, "DISABLE_SSH_FAILED",
	    (const char *const[]){ host },
	    1);
}

int
fail_disable_ssh_partially_failed(struct call *c, const char *hosts)
{
	return call_fail(c, "DISABLE_SSH_PARTIALLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_disk_vbd_must_be_readwrite_for_hvm(struct call *c, const char *vbd)
{
	return call_fail(c, "DISK_VBD_MUST_BE_READWRITE_FOR_HVM",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_domain_builder_error(struct call *c, const char *function,
    const char *code, const char *message)
{
	return call_fail(c, "DOMAIN_BUILDER_ERROR",
	    (const char *const[]){ function, code, message },
	    3);
}

int
fail_domain_exists(struct call *c, const char *vm, const char *domid)
{
	return call_fail(c, "DOMAIN_EXISTS",
	    (const char *const[]){ vm, domid },
	    2);
}

int
fail_duplicate_mac_seed(struct call *c, const char *seed)
{
	return call_fail(c, "DUPLICATE_MAC_SEED",
	    (const char *const[]){ seed },
	    1);
}

int
fail_duplicate_pif_device_name(struct call *c, const char *device)
{
	return call_fail(c, "DUPLICATE_PIF_DEVICE_NAME",
	    (const char *const[]){ device },
	    1);
}

int
fail_duplicate_vm(struct call *c, const char *vm)
{
	return call_fail(c, "DUPLICATE_VM",
	    (const char *const[]){ vm },
	    1);
}

int
fail_enable_ssh_failed(struct call *c, const char *host)
{
	return call_fail(c, "ENABLE_SSH_FAILED",
	    (const char *const[]){ host },
	    1);
}

int
fail_enable_ssh_partially_failed(struct call *c, const char *hosts)
{
	return call_fail(c, "ENABLE_SSH_PARTIALLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_events_lost(struct call *c)
{
	return call_fail(c, "EVENTS_LOST",
	    NULL, 0);
}

int
fail_event_from_token_parse_failure(struct call *c, const char *token)
{
	return call_fail(c, "EVENT_FROM_TOKEN_PARSE_FAILURE",
	    (const char *const[]){ token },
	    1);
}

int
fail_event_subscription_parse_failure(struct call *c,
    const char *subscription)
{
	return call_fail(c, "EVENT_SUBSCRIPTION_PARSE_FAILURE",
	    (const char *const[]){ subscription },
	    1);
}

int
fail_extension_protocol_failure(struct call *c, const char *const params[])
{
	return call_fail(c, "EXTENSION_PROTOCOL_FAILURE",
	    params, list_length(params));
}

int
fail_failed_to_start_emulator(struct call *c, const char *vm,
    const char *name, const char *msg)
{
	return call_fail(c, "FAILED_TO_START_EMULATOR",
	    (const char *const[]){ vm, name, msg },
	    3);
}

int
fail_feature_requires_hvm(struct call *c, const char *details)
{
	return call_fail(c, "FEATURE_REQUIRES_HVM",
	    (const char *const[]){ details },
	    1);
}

int
fail_feature_restricted(struct call *c)
{
	return call_fail(c, "FEATURE_RESTRICTED",
	    NULL, 0);
}

int
fail_field_type_error(struct call *c, const char *field)
{
	return call_fail(c, "FIELD_TYPE_ERROR",
	    (const char *const[]){ field },
	    1);
}

int
fail_get_host_updates_failed(struct call *c, const char *ref)
{
	return call_fail(c, "GET_HOST_UPDATES_FAILED",
	    (const char *const[]){ ref },
	    1);
}

int
fail_get_updates_failed(struct call *c)
{
	return call_fail(c, "GET_UPDATES_FAILED",
	    NULL, 0);
}

int
fail_get_updates_in_progress(struct call *c, const char *const params[])
{
	return call_fail(c, "GET_UPDATES_IN_PROGRESS",
	    params, list_length(params));
}

int
fail_gpu_group_contains_no_pgpus(struct call *c, const char *gpu_group)
{
	return call_fail(c, "GPU_GROUP_CONTAINS_NO_PGPUS",
	    (const char *const[]){ gpu_group },
	    1);
}

int
fail_gpu_group_contains_pgpu(struct call *c, const char *pgpus)
{
	return call_fail(c, "GPU_GROUP_CONTAINS_PGPU",
	    (const char *const[]){ pgpus },
	    1);
}

int
fail_gpu_group_contains_vgpu(struct call *c, const char *vgpus)
{
	return call_fail(c, "GPU_GROUP_CONTAINS_VGPU",
	    (const char *const[]){ vgpus },
	    1);
}

int
fail_handle_invalid(struct call *c, const char *class, const char *handle)
{
	return call_fail(c, "HANDLE_INVALID",
	    (const char *const[]){ class, handle },
	    2);
}

int
fail_ha_abort_new_master(struct call *c, const char *reason)
{
	return call_fail(c, "HA_ABORT_NEW_MASTER",
	    (const char *const[]){ reason },
	    1);
}

int
fail_ha_cannot_change_bond_status_of_mgmt_iface(struct call *c)
{
	return call_fail(c, "HA_CANNOT_CHANGE_BOND_STATUS_OF_MGMT_IFACE",
	    NULL, 0);
}

int
fail_ha_constraint_violation_network_not_shared(struct call *c,
    const char *network)
{
	return call_fail(c, "HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED",
	    (const char *const[]){ network },
	    1);
}

int
fail_ha_constraint_violation_sr_not_shared(struct call *c, const char *sr)
{
	return call_fail(c, "HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED",
	    (const char *const[]){ sr },
	    1);
}

int
fail_ha_disable_in_progress(struct call *c)
{
	return call_fail(c, "HA_DISABLE_IN_PROGRESS",
	    NULL, 0);
}

int
fail_ha_enable_in_progress(struct call *c)
{
	return call_fail(c, "HA_ENABLE_IN_PROGRESS",
	    NULL, 0);
}

int
fail_ha_failed_to_form_liveset(struct call *c)
{
	return call_fail(c, "HA_FAILED_TO_FORM_LIVESET",
	    NULL, 0);
}

int
fail_ha_heartbeat_daemon_startup_failed(struct call *c)
{
	return call_fail(c, "HA_HEARTBEAT_DAEMON_STARTUP_FAILED",
	    NULL, 0);
}

int
fail_ha_host_cannot_access_statefile(struct call *c)
{
	return call_fail(c, "HA_HOST_CANNOT_ACCESS_STATEFILE",
	    NULL, 0);
}

int
fail_ha_host_cannot_see_peers(struct call *c, const char *host,
    const char *all, const char *subset)
{
	return call_fail(c, "HA_HOST_CANNOT_SEE_PEERS",
	    (const char *const[]){ host, all, subset },
	    3);
}

int
fail_ha_host_is_armed(struct call *c, const char *host)
{
	return call_fail(c, "HA_HOST_IS_ARMED",
	    (const char *const[]){ host },
	    1);
}

int
fail_ha_is_enabled(struct call *c)
{
	return call_fail(c, "HA_IS_ENABLED",
	    NULL, 0);
}

int
fail_ha_lost_statefile(struct call *c)
{
	return call_fail(c, "HA_LOST_STATEFILE",
	    NULL, 0);
}

int
fail_ha_not_enabled(struct call *c)
{
	return call_fail(c, "HA_NOT_ENABLED",
	    NULL, 0);
}

int
fail_ha_not_installed(struct call *c, const char *host)
{
	return call_fail(c, "HA_NOT_INSTALLED",
	    (const char *const[]){ host },
	    1);
}

int
fail_ha_no_plan(struct call *c)
{
	return call_fail(c, "HA_NO_PLAN",
	    NULL, 0);
}

int
fail_ha_operation_would_break_failover_plan(struct call *c)
{
	return call_fail(c, "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN",
	    NULL, 0);
}

int
fail_ha_pool_is_enabled_but_host_is_disabled(struct call *c)
{
	return call_fail(c, "HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED",
	    NULL, 0);
}

int
fail_ha_should_be_fenced(struct call *c, const char *host)
{
	return call_fail(c, "HA_SHOULD_BE_FENCED",
	    (const char *const[]){ host },
	    1);
}

int
fail_ha_too_few_hosts(struct call *c)
{
	return call_fail(c, "HA_TOO_FEW_HOSTS",
	    NULL, 0);
}

int
fail_hosts_failed_to_disable_caching(struct call *c,
    const char *const params[])
{
	return call_fail(c, "HOSTS_FAILED_TO_DISABLE_CACHING",
	    params, list_length(params));
}

int
fail_hosts_failed_to_enable_caching(struct call *c,
    const char *const params[])
{
	return call_fail(c, "HOSTS_FAILED_TO_ENABLE_CACHING",
	    params, list_length(params));
}

int
fail_hosts_not_compatible(struct call *c)
{
	return call_fail(c, "HOSTS_NOT_COMPATIBLE",
	    NULL, 0);
}

int
fail_hosts_not_homogeneous(struct call *c, const char *reason)
{
	return call_fail(c, "HOSTS_NOT_HOMOGENEOUS",
	    (const char *const[]){ reason },
	    1);
}

int
fail_host_broken(struct call *c)
{
	return call_fail(c, "HOST_BROKEN",
	    NULL, 0);
}

int
fail_host_cannot_attach_network(struct call *c, const char *host,
    const char *network)
{
	return call_fail(c, "HOST_CANNOT_ATTACH_NETWORK",
	    (const char *const[]){ host, network },
	    2);
}

int
fail_host_cannot_destroy_self(struct call *c, const char *host)
{
	return call_fail(c, "HOST_CANNOT_DESTROY_SELF",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_cannot_read_metrics(struct call *c)
{
	return call_fail(c, "HOST_CANNOT_READ_METRICS",
	    NULL, 0);
}

int
fail_host_cannot_see_sr(struct call *c, const char *const params[])
{
	return call_fail(c, "HOST_CANNOT_SEE_SR",
	    params, list_length(params));
}

int
fail_host_cd_drive_empty(struct call *c)
{
	return call_fail(c, "HOST_CD_DRIVE_EMPTY",
	    NULL, 0);
}

int
fail_host_disabled(struct call *c, const char *host)
{
	return call_fail(c, "HOST_DISABLED",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_disabled_indefinitely(struct call *c, const char *host)
{
	return call_fail(c, "HOST_DISABLED_INDEFINITELY",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_disabled_until_reboot(struct call *c, const char *host)
{
	return call_fail(c, "HOST_DISABLED_UNTIL_REBOOT",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_driver_no_hardware(struct call *c, const char *driver_variant)
{
	return call_fail(c, "HOST_DRIVER_NO_HARDWARE",
	    (const char *const[]){ driver_variant },
	    1);
}

int
fail_host_evacuate_in_progress(struct call *c, const char *host)
{
	return call_fail(c, "HOST_EVACUATE_IN_PROGRESS",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_evacuate_vm_not_ha_protected(struct call *c, const char *vm)
{
	return call_fail(c, "HOST_EVACUATE_VM_NOT_HA_PROTECTED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_host_evacuation_is_required(struct call *c, const char *host)
{
	return call_fail(c, "HOST_EVACUATION_IS_REQUIRED",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_has_no_management_ip(struct call *c)
{
	return call_fail(c, "HOST_HAS_NO_MANAGEMENT_IP",
	    NULL, 0);
}

int
fail_host_has_resident_vms(struct call *c, const char *host)
{
	return call_fail(c, "HOST_HAS_RESIDENT_VMS",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_in_emergency_mode(struct call *c)
{
	return call_fail(c, "HOST_IN_EMERGENCY_MODE",
	    NULL, 0);
}

int
fail_host_in_use(struct call *c, const char *host, const char *type,
    const char *ref)
{
	return call_fail(c, "HOST_IN_USE",
	    (const char *const[]){ host, type, ref },
	    3);
}

int
fail_host_is_live(struct call *c, const char *host)
{
	return call_fail(c, "HOST_IS_LIVE",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_is_slave(struct call *c, const char *master_ip_address)
{
	return call_fail(c, "HOST_IS_SLAVE",
	    (const char *const[]){ master_ip_address },
	    1);
}

int
fail_host_its_own_slave(struct call *c)
{
	return call_fail(c, "HOST_ITS_OWN_SLAVE",
	    NULL, 0);
}

int
fail_host_master_cannot_talk_back(struct call *c, const char *ip)
{
	return call_fail(c, "HOST_MASTER_CANNOT_TALK_BACK",
	    (const char *const[]){ ip },
	    1);
}

int
fail_host_name_invalid(struct call *c, const char *reason)
{
	return call_fail(c, "HOST_NAME_INVALID",
	    (const char *const[]){ reason },
	    1);
}

int
fail_host_not_disabled(struct call *c)
{
	return call_fail(c, "HOST_NOT_DISABLED",
	    NULL, 0);
}

int
fail_host_not_enough_free_memory(struct call *c, const char *needed,
    const char *available)
{
	return call_fail(c, "HOST_NOT_ENOUGH_FREE_MEMORY",
	    (const char *const[]){ needed, available },
	    2);
}

int
fail_host_not_enough_pcpus(struct call *c, const char *vcpus,
    const char *pcpus)
{
	return call_fail(c, "HOST_NOT_ENOUGH_PCPUS",
	    (const char *const[]){ vcpus, pcpus },
	    2);
}

int
fail_host_not_live(struct call *c)
{
	return call_fail(c, "HOST_NOT_LIVE",
	    NULL, 0);
}

int
fail_host_offline(struct call *c, const char *host)
{
	return call_fail(c, "HOST_OFFLINE",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_pending_mandatory_guidance_not_empty(struct call *c,
    const char *host)
{
	return call_fail(c, "HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_power_on_mode_disabled(struct call *c)
{
	return call_fail(c, "HOST_POWER_ON_MODE_DISABLED",
	    NULL, 0);
}

int
fail_host_still_booting(struct call *c)
{
	return call_fail(c, "HOST_STILL_BOOTING",
	    NULL, 0);
}

int
fail_host_unknown_to_master(struct call *c, const char *host)
{
	return call_fail(c, "HOST_UNKNOWN_TO_MASTER",
	    (const char *const[]){ host },
	    1);
}

int
fail_host_xapi_version_higher_than_coordinator(struct call *c,
    const char *host_xapi_version)
{
	return call_fail(c, "HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR",
	    (const char *const[]){ host_xapi_version },
	    1);
}

int
fail_illegal_in_fips_mode(struct call *c, const char *const params[])
{
	return call_fail(c, "ILLEGAL_IN_FIPS_MODE",
	    params, list_length(params));
}

int
fail_illegal_vbd_device(struct call *c, const char *vbd,
    const char *device)
{
	return call_fail(c, "ILLEGAL_VBD_DEVICE",
	    (const char *const[]){ vbd, device },
	    2);
}

int
fail_import_error(struct call *c, const char *msg)
{
	return call_fail(c, "IMPORT_ERROR",
	    (const char *const[]){ msg },
	    1);
}

int
fail_import_error_attached_disks_not_found(struct call *c)
{
	return call_fail(c, "IMPORT_ERROR_ATTACHED_DISKS_NOT_FOUND",
	    NULL, 0);
}

int
fail_import_error_cannot_handle_chunked(struct call *c)
{
	return call_fail(c, "IMPORT_ERROR_CANNOT_HANDLE_CHUNKED",
	    NULL, 0);
}

int
fail_import_error_failed_to_find_object(struct call *c, const char *id)
{
	return call_fail(c, "IMPORT_ERROR_FAILED_TO_FIND_OBJECT",
	    (const char *const[]){ id },
	    1);
}

int
fail_import_error_premature_eof(struct call *c)
{
	return call_fail(c, "IMPORT_ERROR_PREMATURE_EOF",
	    NULL, 0);
}

int
fail_import_error_some_checksums_failed(struct call *c)
{
	return call_fail(c, "IMPORT_ERROR_SOME_CHECKSUMS_FAILED",
	    NULL, 0);
}

int
fail_import_error_unexpected_file(struct call *c,
    const char *filename_expected, const char *filename_found)
{
	return call_fail(c, "IMPORT_ERROR_UNEXPECTED_FILE",
	    (const char *const[]){ filename_expected, filename_found },
	    2);
}

int
fail_import_incompatible_version(struct call *c)
{
	return call_fail(c, "IMPORT_INCOMPATIBLE_VERSION",
	    NULL, 0);
}

int
fail_incompatible_cluster_stack_active(struct call *c,
    const char *cluster_stack)
{
	return call_fail(c, "INCOMPATIBLE_CLUSTER_STACK_ACTIVE",
	    (const char *const[]){ cluster_stack },
	    1);
}

int
fail_incompatible_pif_properties(struct call *c)
{
	return call_fail(c, "INCOMPATIBLE_PIF_PROPERTIES",
	    NULL, 0);
}

int
fail_incompatible_statefile_sr(struct call *c, const char *sr_type)
{
	return call_fail(c, "INCOMPATIBLE_STATEFILE_SR",
	    (const char *const[]){ sr_type },
	    1);
}

int
fail_interface_has_no_ip(struct call *c, const char *interface)
{
	return call_fail(c, "INTERFACE_HAS_NO_IP",
	    (const char *const[]){ interface },
	    1);
}

int
fail_internal_error(struct call *c, const char *message)
{
	return call_fail(c, "INTERNAL_ERROR",
	    (const char *const[]){ message },
	    1);
}

int
fail_invalid_base_url(struct call *c, const char *url)
{
	return call_fail(c, "INVALID_BASE_URL",
	    (const char *const[]){ url },
	    1);
}

int
fail_invalid_cidr_address_specified(struct call *c, const char *parameter)
{
	return call_fail(c, "INVALID_CIDR_ADDRESS_SPECIFIED",
	    (const char *const[]){ parameter },
	    1);
}

int
fail_invalid_cluster_stack(struct call *c, const char *cluster_stack)
{
	return call_fail(c, "INVALID_CLUSTER_STACK",
	    (const char *const[]){ cluster_stack },
	    1);
}

int
fail_invalid_device(struct call *c, const char *device)
{
	return call_fail(c, "INVALID_DEVICE",
	    (const char *const[]){ device },
	    1);
}

int
fail_invalid_edition(struct call *c, const char *edition)
{
	return call_fail(c, "INVALID_EDITION",
	    (const char *const[]){ edition },
	    1);
}

int
fail_invalid_feature_string(struct call *c, const char *details)
{
	return call_fail(c, "INVALID_FEATURE_STRING",
	    (const char *const[]){ details },
	    1);
}

int
fail_invalid_gpgkey_path(struct call *c, const char *gpgkey_path)
{
	return call_fail(c, "INVALID_GPGKEY_PATH",
	    (const char *const[]){ gpgkey_path },
	    1);
}

int
fail_invalid_ip_address_specified(struct call *c, const char *parameter)
{
	return call_fail(c, "INVALID_IP_ADDRESS_SPECIFIED",
	    (const char *const[]){ parameter },
	    1);
}

int
fail_invalid_ntp_config(struct call *c, const char *reason)
{
	return call_fail(c, "INVALID_NTP_CONFIG",
	    (const char *const[]){ reason },
	    1);
}

int
fail_invalid_patch(struct call *c)
{
	return call_fail(c, "INVALID_PATCH",
	    NULL, 0);
}

int
fail_invalid_patch_with_log(struct call *c, const char *log)
{
	return call_fail(c, "INVALID_PATCH_WITH_LOG",
	    (const char *const[]){ log },
	    1);
}

int
fail_invalid_repomd_xml(struct call *c)
{
	return call_fail(c, "INVALID_REPOMD_XML",
	    NULL, 0);
}

int
fail_invalid_repository_domain_allowlist(struct call *c,
    const char *domains)
{
	return call_fail(c, "INVALID_REPOSITORY_DOMAIN_ALLOWLIST",
	    (const char *const[]){ domains },
	    1);
}

int
fail_invalid_repository_proxy_credential(struct call *c)
{
	return call_fail(c, "INVALID_REPOSITORY_PROXY_CREDENTIAL",
	    NULL, 0);
}

int
fail_invalid_repository_proxy_url(struct call *c, const char *url)
{
	return call_fail(c, "INVALID_REPOSITORY_PROXY_URL",
	    (const char *const[]){ url },
	    1);
}

int
fail_invalid_update(struct call *c, const char *info)
{
	return call_fail(c, "INVALID_UPDATE",
	    (const char *const[]){ info },
	    1);
}

int
fail_invalid_updateinfo_xml(struct call *c)
{
	return call_fail(c, "INVALID_UPDATEINFO_XML",
	    NULL, 0);
}

int
fail_invalid_update_sync_day(struct call *c, const char *day)
{
	return call_fail(c, "INVALID_UPDATE_SYNC_DAY",
	    (const char *const[]){ day },
	    1);
}

int
fail_invalid_value(struct call *c, const char *field, const char *value)
{
	return call_fail(c, "INVALID_VALUE",
	    (const char *const[]){ field, value },
	    2);
}

int
fail_is_tunnel_access_pif(struct call *c, const char *pif)
{
	return call_fail(c, "IS_TUNNEL_ACCESS_PIF",
	    (const char *const[]){ pif },
	    1);
}

int
fail_joining_host_cannot_be_master_of_other_hosts(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS",
	    NULL, 0);
}

int
fail_joining_host_cannot_contain_shared_srs(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS",
	    NULL, 0);
}

int
fail_joining_host_cannot_have_running_or_suspended_vms(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CANNOT_HAVE_RUNNING_OR_SUSPENDED_VMS",
	    NULL, 0);
}

int
fail_joining_host_cannot_have_running_vms(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CANNOT_HAVE_RUNNING_VMS",
	    NULL, 0);
}

int
fail_joining_host_cannot_have_vms_with_current_operations(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS",
	    NULL, 0);
}

int
fail_joining_host_connection_failed(struct call *c)
{
	return call_fail(c, "JOINING_HOST_CONNECTION_FAILED",
	    NULL, 0);
}

int
fail_joining_host_service_failed(struct call *c)
{
	return call_fail(c, "JOINING_HOST_SERVICE_FAILED",
	    NULL, 0);
}

int
fail_licence_restriction(struct call *c, const char *feature)
{
	return call_fail(c, "LICENCE_RESTRICTION",
	    (const char *const[]){ feature },
	    1);
}

int
fail_license_cannot_downgrade_while_in_pool(struct call *c)
{
	return call_fail(c, "LICENSE_CANNOT_DOWNGRADE_WHILE_IN_POOL",
	    NULL, 0);
}

int
fail_license_checkout_error(struct call *c, const char *code,
    const char *message)
{
	return call_fail(c, "LICENSE_CHECKOUT_ERROR",
	    (const char *const[]){ code, message },
	    2);
}

int
fail_license_does_not_support_pooling(struct call *c)
{
	return call_fail(c, "LICENSE_DOES_NOT_SUPPORT_POOLING",
	    NULL, 0);
}

int
fail_license_does_not_support_xha(struct call *c)
{
	return call_fail(c, "LICENSE_DOES_NOT_SUPPORT_XHA",
	    NULL, 0);
}

int
fail_license_expired(struct call *c)
{
	return call_fail(c, "LICENSE_EXPIRED",
	    NULL, 0);
}

int
fail_license_file_deprecated(struct call *c)
{
	return call_fail(c, "LICENSE_FILE_DEPRECATED",
	    NULL, 0);
}

int
fail_license_host_pool_mismatch(struct call *c)
{
	return call_fail(c, "LICENSE_HOST_POOL_MISMATCH",
	    NULL, 0);
}

int
fail_license_processing_error(struct call *c)
{
	return call_fail(c, "LICENSE_PROCESSING_ERROR",
	    NULL, 0);
}

int
fail_location_not_unique(struct call *c, const char *sr,
    const char *location)
{
	return call_fail(c, "LOCATION_NOT_UNIQUE",
	    (const char *const[]){ sr, location },
	    2);
}

int
fail_mac_does_not_exist(struct call *c, const char *mac)
{
	return call_fail(c, "MAC_DOES_NOT_EXIST",
	    (const char *const[]){ mac },
	    1);
}

int
fail_mac_invalid(struct call *c, const char *mac)
{
	return call_fail(c, "MAC_INVALID",
	    (const char *const[]){ mac },
	    1);
}

int
fail_mac_still_exists(struct call *c, const char *mac)
{
	return call_fail(c, "MAC_STILL_EXISTS",
	    (const char *const[]){ mac },
	    1);
}

int
fail_map_duplicate_key(struct call *c, const char *type,
    const char *param_name, const char *uuid, const char *key)
{
	return call_fail(c, "MAP_DUPLICATE_KEY",
	    (const char *const[]){ type, param_name, uuid, key },
	    4);
}

int
fail_memory_constraint_violation(struct call *c, const char *constraint)
{
	return call_fail(c, "MEMORY_CONSTRAINT_VIOLATION",
	    (const char *const[]){ constraint },
	    1);
}

int
fail_memory_constraint_violation_maxpin(struct call *c, const char *reason)
{
	return call_fail(c, "MEMORY_CONSTRAINT_VIOLATION_MAXPIN",
	    (const char *const[]){ reason },
	    1);
}

int
fail_memory_constraint_violation_order(struct call *c)
{
	return call_fail(c, "MEMORY_CONSTRAINT_VIOLATION_ORDER",
	    NULL, 0);
}

int
fail_message_deprecated(struct call *c)
{
	return call_fail(c, "MESSAGE_DEPRECATED",
	    NULL, 0);
}

int
fail_message_method_unknown(struct call *c, const char *method)
{
	return call_fail(c, "MESSAGE_METHOD_UNKNOWN",
	    (const char *const[]){ method },
	    1);
}

int
fail_message_parameter_count_mismatch(struct call *c, const char *method,
    const char *expected, const char *received)
{
	return call_fail(c, "MESSAGE_PARAMETER_COUNT_MISMATCH",
	    (const char *const[]){ method, expected, received },
	    3);
}

int
fail_message_removed(struct call *c)
{
	return call_fail(c, "MESSAGE_REMOVED",
	    NULL, 0);
}

int
fail_mirror_failed(struct call *c, const char *vdi)
{
	return call_fail(c, "MIRROR_FAILED",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_missing_connection_details(struct call *c)
{
	return call_fail(c, "MISSING_CONNECTION_DETAILS",
	    NULL, 0);
}

int
fail_multiple_update_repositories_enabled(struct call *c)
{
	return call_fail(c, "MULTIPLE_UPDATE_REPOSITORIES_ENABLED",
	    NULL, 0);
}

int
fail_network_already_connected(struct call *c, const char *network,
    const char *connected_pif)
{
	return call_fail(c, "NETWORK_ALREADY_CONNECTED",
	    (const char *const[]){ network, connected_pif },
	    2);
}

int
fail_network_contains_pif(struct call *c, const char *pifs)
{
	return call_fail(c, "NETWORK_CONTAINS_PIF",
	    (const char *const[]){ pifs },
	    1);
}

int
fail_network_contains_vif(struct call *c, const char *vifs)
{
	return call_fail(c, "NETWORK_CONTAINS_VIF",
	    (const char *const[]){ vifs },
	    1);
}

int
fail_network_has_incompatible_sriov_pifs(struct call *c, const char *pif,
    const char *network)
{
	return call_fail(c, "NETWORK_HAS_INCOMPATIBLE_SRIOV_PIFS",
	    (const char *const[]){ pif, network },
	    2);
}

int
fail_network_has_incompatible_vlan_on_sriov_pifs(struct call *c,
    const char *pif, const char *network)
{
	return call_fail(c, "NETWORK_HAS_INCOMPATIBLE_VLAN_ON_SRIOV_PIFS",
	    (const char *const[]){ pif, network },
	    2);
}

int
fail_network_incompatible_purposes(struct call *c, const char *new_purpose,
    const char *conflicting_purpose)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_PURPOSES",
	    (const char *const[]){ new_purpose, conflicting_purpose },
	    2);
}

int
fail_network_incompatible_with_bond(struct call *c, const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_BOND",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_incompatible_with_sriov(struct call *c, const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_SRIOV",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_incompatible_with_trunks(struct call *c, const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_TRUNKS",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_incompatible_with_tunnel(struct call *c, const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_TUNNEL",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_incompatible_with_vlan_on_bridge(struct call *c,
    const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_VLAN_ON_BRIDGE",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_incompatible_with_vlan_on_sriov(struct call *c,
    const char *network)
{
	return call_fail(c, "NETWORK_INCOMPATIBLE_WITH_VLAN_ON_SRIOV",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_sriov_already_enabled(struct call *c, const char *pif)
{
	return call_fail(c, "NETWORK_SRIOV_ALREADY_ENABLED",
	    (const char *const[]){ pif },
	    1);
}

int
fail_network_sriov_disable_failed(struct call *c, const char *pif,
    const char *msg)
{
	return call_fail(c, "NETWORK_SRIOV_DISABLE_FAILED",
	    (const char *const[]){ pif, msg },
	    2);
}

int
fail_network_sriov_enable_failed(struct call *c, const char *pif,
    const char *msg)
{
	return call_fail(c, "NETWORK_SRIOV_ENABLE_FAILED",
	    (const char *const[]){ pif, msg },
	    2);
}

int
fail_network_sriov_insufficient_capacity(struct call *c,
    const char *network)
{
	return call_fail(c, "NETWORK_SRIOV_INSUFFICIENT_CAPACITY",
	    (const char *const[]){ network },
	    1);
}

int
fail_network_unmanaged(struct call *c, const char *network)
{
	return call_fail(c, "NETWORK_UNMANAGED",
	    (const char *const[]){ network },
	    1);
}

int
fail_not_allowed_on_oem_edition(struct call *c, const char *command)
{
	return call_fail(c, "NOT_ALLOWED_ON_OEM_EDITION",
	    (const char *const[]){ command },
	    1);
}

int
fail_not_allowed_when_ntp_is_enabled(struct call *c, const char *host)
{
	return call_fail(c, "NOT_ALLOWED_WHEN_NTP_IS_ENABLED",
	    (const char *const[]){ host },
	    1);
}

int
fail_not_implemented(struct call *c, const char *function)
{
	return call_fail(c, "NOT_IMPLEMENTED",
	    (const char *const[]){ function },
	    1);
}

int
fail_not_in_emergency_mode(struct call *c)
{
	return call_fail(c, "NOT_IN_EMERGENCY_MODE",
	    NULL, 0);
}

int
fail_not_supported_during_upgrade(struct call *c)
{
	return call_fail(c, "NOT_SUPPORTED_DURING_UPGRADE",
	    NULL, 0);
}

int
fail_not_system_domain(struct call *c, const char *vm)
{
	return call_fail(c, "NOT_SYSTEM_DOMAIN",
	    (const char *const[]){ vm },
	    1);
}

int
fail_not_trusted_certificate(struct call *c, const char *ref)
{
	return call_fail(c, "NOT_TRUSTED_CERTIFICATE",
	    (const char *const[]){ ref },
	    1);
}

int
fail_no_cluster_hosts_reachable(struct call *c, const char *cluster)
{
	return call_fail(c, "NO_CLUSTER_HOSTS_REACHABLE",
	    (const char *const[]){ cluster },
	    1);
}

int
fail_no_compatible_cluster_host(struct call *c, const char *host)
{
	return call_fail(c, "NO_COMPATIBLE_CLUSTER_HOST",
	    (const char *const[]){ host },
	    1);
}

int
fail_no_hosts_available(struct call *c)
{
	return call_fail(c, "NO_HOSTS_AVAILABLE",
	    NULL, 0);
}

int
fail_no_local_storage(struct call *c, const char *const params[])
{
	return call_fail(c, "NO_LOCAL_STORAGE",
	    params, list_length(params));
}

int
fail_no_more_redo_logs_allowed(struct call *c)
{
	return call_fail(c, "NO_MORE_REDO_LOGS_ALLOWED",
	    NULL, 0);
}

int
fail_no_repositories_configured(struct call *c)
{
	return call_fail(c, "NO_REPOSITORIES_CONFIGURED",
	    NULL, 0);
}

int
fail_no_repository_enabled(struct call *c)
{
	return call_fail(c, "NO_REPOSITORY_ENABLED",
	    NULL, 0);
}

int
fail_nvidia_sriov_misconfigured(struct call *c, const char *host,
    const char *device_name)
{
	return call_fail(c, "NVIDIA_SRIOV_MISCONFIGURED",
	    (const char *const[]){ host, device_name },
	    2);
}

int
fail_nvidia_tools_error(struct call *c, const char *host)
{
	return call_fail(c, "NVIDIA_TOOLS_ERROR",
	    (const char *const[]){ host },
	    1);
}

int
fail_object_nolonger_exists(struct call *c)
{
	return call_fail(c, "OBJECT_NOLONGER_EXISTS",
	    NULL, 0);
}

int
fail_only_allowed_on_oem_edition(struct call *c, const char *command)
{
	return call_fail(c, "ONLY_ALLOWED_ON_OEM_EDITION",
	    (const char *const[]){ command },
	    1);
}

int
fail_openvswitch_not_active(struct call *c)
{
	return call_fail(c, "OPENVSWITCH_NOT_ACTIVE",
	    NULL, 0);
}

int
fail_operation_blocked(struct call *c, const char *ref, const char *code)
{
	return call_fail(c, "OPERATION_BLOCKED",
	    (const char *const[]){ ref, code },
	    2);
}

int
fail_operation_not_allowed(struct call *c, const char *reason)
{
	return call_fail(c, "OPERATION_NOT_ALLOWED",
	    (const char *const[]){ reason },
	    1);
}

int
fail_operation_partially_failed(struct call *c, const char *operation)
{
	return call_fail(c, "OPERATION_PARTIALLY_FAILED",
	    (const char *const[]){ operation },
	    1);
}

int
fail_other_operation_in_progress(struct call *c, const char *class,
    const char *object, const char *operation_type,
    const char *operation_ref)
{
	return call_fail(c, "OTHER_OPERATION_IN_PROGRESS",
	    (const char *const[]){ class, object, operation_type, operation_ref },
	    4);
}

int
fail_out_of_space(struct call *c, const char *location)
{
	return call_fail(c, "OUT_OF_SPACE",
	    (const char *const[]){ location },
	    1);
}

int
fail_patch_already_applied(struct call *c, const char *patch)
{
	return call_fail(c, "PATCH_ALREADY_APPLIED",
	    (const char *const[]){ patch },
	    1);
}

int
fail_patch_already_exists(struct call *c, const char *uuid)
{
	return call_fail(c, "PATCH_ALREADY_EXISTS",
	    (const char *const[]){ uuid },
	    1);
}

int
fail_patch_apply_failed(struct call *c, const char *output)
{
	return call_fail(c, "PATCH_APPLY_FAILED",
	    (const char *const[]){ output },
	    1);
}

int
fail_patch_apply_failed_backup_files_exist(struct call *c,
    const char *output)
{
	return call_fail(c, "PATCH_APPLY_FAILED_BACKUP_FILES_EXIST",
	    (const char *const[]){ output },
	    1);
}

int
fail_patch_is_applied(struct call *c)
{
	return call_fail(c, "PATCH_IS_APPLIED",
	    NULL, 0);
}

int
fail_patch_precheck_failed_iso_mounted(struct call *c, const char *patch)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_ISO_MOUNTED",
	    (const char *const[]){ patch },
	    1);
}

int
fail_patch_precheck_failed_out_of_space(struct call *c, const char *patch,
    const char *found_space, const char *required_required)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_OUT_OF_SPACE",
	    (const char *const[]){ patch, found_space, required_required },
	    3);
}

int
fail_patch_precheck_failed_prerequisite_missing(struct call *c,
    const char *patch, const char *prerequisite_patch_uuid_list)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_PREREQUISITE_MISSING",
	    (const char *const[]){ patch, prerequisite_patch_uuid_list },
	    2);
}

int
fail_patch_precheck_failed_unknown_error(struct call *c, const char *patch,
    const char *info)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_UNKNOWN_ERROR",
	    (const char *const[]){ patch, info },
	    2);
}

int
fail_patch_precheck_failed_vm_running(struct call *c, const char *patch)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_VM_RUNNING",
	    (const char *const[]){ patch },
	    1);
}

int
fail_patch_precheck_failed_wrong_server_build(struct call *c,
    const char *patch, const char *found_build, const char *required_build)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_WRONG_SERVER_BUILD",
	    (const char *const[]){ patch, found_build, required_build },
	    3);
}

int
fail_patch_precheck_failed_wrong_server_version(struct call *c,
    const char *patch, const char *found_version,
    const char *required_version)
{
	return call_fail(c, "PATCH_PRECHECK_FAILED_WRONG_SERVER_VERSION",
	    (const char *const[]){ patch, found_version, required_version },
	    3);
}

int
fail_pbd_exists(struct call *c, const char *sr, const char *host,
    const char *pbd)
{
	return call_fail(c, "PBD_EXISTS",
	    (const char *const[]){ sr, host, pbd },
	    3);
}

int
fail_permission_denied(struct call *c, const char *message)
{
	return call_fail(c, "PERMISSION_DENIED",
	    (const char *const[]){ message },
	    1);
}

int
fail_pgpu_insufficient_capacity_for_vgpu(struct call *c, const char *pgpu,
    const char *vgpu_type)
{
	return call_fail(c, "PGPU_INSUFFICIENT_CAPACITY_FOR_VGPU",
	    (const char *const[]){ pgpu, vgpu_type },
	    2);
}

int
fail_pgpu_in_use_by_vm(struct call *c, const char *vms)
{
	return call_fail(c, "PGPU_IN_USE_BY_VM",
	    (const char *const[]){ vms },
	    1);
}

int
fail_pgpu_not_compatible_with_gpu_group(struct call *c, const char *type,
    const char *group_types)
{
	return call_fail(c, "PGPU_NOT_COMPATIBLE_WITH_GPU_GROUP",
	    (const char *const[]){ type, group_types },
	    2);
}

int
fail_pif_allows_unplug(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_ALLOWS_UNPLUG",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_already_bonded(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_ALREADY_BONDED",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_bond_more_than_one_ip(struct call *c)
{
	return call_fail(c, "PIF_BOND_MORE_THAN_ONE_IP",
	    NULL, 0);
}

int
fail_pif_bond_needs_more_members(struct call *c)
{
	return call_fail(c, "PIF_BOND_NEEDS_MORE_MEMBERS",
	    NULL, 0);
}

int
fail_pif_cannot_bond_cross_host(struct call *c)
{
	return call_fail(c, "PIF_CANNOT_BOND_CROSS_HOST",
	    NULL, 0);
}

int
fail_pif_configuration_error(struct call *c, const char *pif,
    const char *msg)
{
	return call_fail(c, "PIF_CONFIGURATION_ERROR",
	    (const char *const[]){ pif, msg },
	    2);
}

int
fail_pif_device_not_found(struct call *c)
{
	return call_fail(c, "PIF_DEVICE_NOT_FOUND",
	    NULL, 0);
}

int
fail_pif_does_not_allow_unplug(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_DOES_NOT_ALLOW_UNPLUG",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_has_fcoe_sr_in_use(struct call *c, const char *pif,
    const char *sr)
{
	return call_fail(c, "PIF_HAS_FCOE_SR_IN_USE",
	    (const char *const[]){ pif, sr },
	    2);
}

int
fail_pif_has_no_network_configuration(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_HAS_NO_NETWORK_CONFIGURATION",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_has_no_v6_network_configuration(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_HAS_NO_V6_NETWORK_CONFIGURATION",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_incompatible_primary_address_type(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_INCOMPATIBLE_PRIMARY_ADDRESS_TYPE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_management_interface(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_MANAGEMENT_INTERFACE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_not_physical(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_NOT_PHYSICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_not_sriov_capable(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_NOT_SRIOV_CAPABLE",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_physical(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_PHYSICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_sriov_logical(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_SRIOV_LOGICAL",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_is_vlan(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_IS_VLAN",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_not_attached_to_host(struct call *c, const char *pif,
    const char *host)
{
	return call_fail(c, "PIF_NOT_ATTACHED_TO_HOST",
	    (const char *const[]){ pif, host },
	    2);
}

int
fail_pif_not_present(struct call *c, const char *host, const char *network)
{
	return call_fail(c, "PIF_NOT_PRESENT",
	    (const char *const[]){ host, network },
	    2);
}

int
fail_pif_sriov_still_exists(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_SRIOV_STILL_EXISTS",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_tunnel_still_exists(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_TUNNEL_STILL_EXISTS",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_unmanaged(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_UNMANAGED",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_vlan_exists(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_VLAN_EXISTS",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pif_vlan_still_exists(struct call *c, const char *pif)
{
	return call_fail(c, "PIF_VLAN_STILL_EXISTS",
	    (const char *const[]){ pif },
	    1);
}

int
fail_pool_auth_already_enabled(struct call *c, const char *host)
{
	return call_fail(c, "POOL_AUTH_ALREADY_ENABLED",
	    (const char *const[]){ host },
	    1);
}

int
fail_pool_auth_disable_failed(struct call *c, const char *host,
    const char *message)
{
	return call_fail(c, "POOL_AUTH_DISABLE_FAILED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_disable_failed_invalid_account(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_DISABLE_FAILED_INVALID_ACCOUNT",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_disable_failed_permission_denied(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_DISABLE_FAILED_PERMISSION_DENIED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_disable_failed_wrong_credentials(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_DISABLE_FAILED_WRONG_CREDENTIALS",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed(struct call *c, const char *host,
    const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_domain_lookup_failed(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_DOMAIN_LOOKUP_FAILED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_duplicate_hostname(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_DUPLICATE_HOSTNAME",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_invalid_account(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_INVALID_ACCOUNT",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_invalid_ou(struct call *c, const char *host,
    const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_INVALID_OU",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_invalid_trusted_certs(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_INVALID_TRUSTED_CERTS",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_no_support_encrypt_type(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_NO_SUPPORT_ENCRYPT_TYPE",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_no_trusted_certs(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_NO_TRUSTED_CERTS",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_permission_denied(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_PERMISSION_DENIED",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_setup_tls_connection(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_SETUP_TLS_CONNECTION",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_unavailable(struct call *c, const char *host,
    const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_UNAVAILABLE",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_auth_enable_failed_wrong_credentials(struct call *c,
    const char *host, const char *message)
{
	return call_fail(c, "POOL_AUTH_ENABLE_FAILED_WRONG_CREDENTIALS",
	    (const char *const[]){ host, message },
	    2);
}

int
fail_pool_joining_external_auth_mismatch(struct call *c)
{
	return call_fail(c, "POOL_JOINING_EXTERNAL_AUTH_MISMATCH",
	    NULL, 0);
}

int
fail_pool_joining_host_ca_certificates_conflict(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT",
	    NULL, 0);
}

int
fail_pool_joining_host_has_bonds(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_HAS_BONDS",
	    NULL, 0);
}

int
fail_pool_joining_host_has_network_sriovs(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_HAS_NETWORK_SRIOVS",
	    NULL, 0);
}

int
fail_pool_joining_host_has_non_management_vlans(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS",
	    NULL, 0);
}

int
fail_pool_joining_host_has_tunnels(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_HAS_TUNNELS",
	    NULL, 0);
}

int
fail_pool_joining_host_management_vlan_does_not_match(struct call *c,
    const char *local, const char *remote)
{
	return call_fail(c, "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH",
	    (const char *const[]){ local, remote },
	    2);
}

int
fail_pool_joining_host_must_have_only_one_ip_on_clustering_network(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK",
	    NULL, 0);
}

int
fail_pool_joining_host_must_have_physical_management_nic(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_HAVE_PHYSICAL_MANAGEMENT_NIC",
	    NULL, 0);
}

int
fail_pool_joining_host_must_have_same_api_version(struct call *c,
    const char *host_api_version, const char *master_api_version)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION",
	    (const char *const[]){ host_api_version, master_api_version },
	    2);
}

int
fail_pool_joining_host_must_have_same_db_schema(struct call *c,
    const char *host_db_schema, const char *master_db_schema)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA",
	    (const char *const[]){ host_db_schema, master_db_schema },
	    2);
}

int
fail_pool_joining_host_must_have_same_product_version(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_HAVE_SAME_PRODUCT_VERSION",
	    NULL, 0);
}

int
fail_pool_joining_host_must_only_have_physical_pifs(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_MUST_ONLY_HAVE_PHYSICAL_PIFS",
	    NULL, 0);
}

int
fail_pool_joining_host_tls_verification_mismatch(struct call *c)
{
	return call_fail(c, "POOL_JOINING_HOST_TLS_VERIFICATION_MISMATCH",
	    NULL, 0);
}

int
fail_pool_joining_host_trusted_certificates_conflict(struct call *c,
    const char *ref_in_pool, const char *ref_on_host)
{
	return call_fail(c, "POOL_JOINING_HOST_TRUSTED_CERTIFICATES_CONFLICT",
	    (const char *const[]){ ref_in_pool, ref_on_host },
	    2);
}

int
fail_pool_joining_master_certificate_not_in_pool_bundle(struct call *c,
    const char *master_uuid)
{
	return call_fail(c, "POOL_JOINING_MASTER_CERTIFICATE_NOT_IN_POOL_BUNDLE",
	    (const char *const[]){ master_uuid },
	    1);
}

int
fail_pool_joining_pool_bundle_empty_after_import(struct call *c,
    const char *bundle_path)
{
	return call_fail(c, "POOL_JOINING_POOL_BUNDLE_EMPTY_AFTER_IMPORT",
	    (const char *const[]){ bundle_path },
	    1);
}

int
fail_pool_joining_pool_cannot_enable_clustering_on_vlan_network(struct call *c,
    const char *vlan)
{
	return call_fail(c, "POOL_JOINING_POOL_CANNOT_ENABLE_CLUSTERING_ON_VLAN_NETWORK",
	    (const char *const[]){ vlan },
	    1);
}

int
fail_pool_joining_sm_features_incompatible(struct call *c,
    const char *pool_sm_ref, const char *candidate_sm_ref)
{
	return call_fail(c, "POOL_JOINING_SM_FEATURES_INCOMPATIBLE",
	    (const char *const[]){ pool_sm_ref, candidate_sm_ref },
	    2);
}

int
fail_pool_secret_rotation_pending(struct call *c,
    const char *const params[])
{
	return call_fail(c, "POOL_SECRET_ROTATION_PENDING",
	    params, list_length(params));
}

int
fail_provision_failed_out_of_space(struct call *c)
{
	return call_fail(c, "PROVISION_FAILED_OUT_OF_SPACE",
	    NULL, 0);
}

int
fail_provision_only_allowed_on_template(struct call *c)
{
	return call_fail(c, "PROVISION_ONLY_ALLOWED_ON_TEMPLATE",
	    NULL, 0);
}

int
fail_pusb_vdi_conflict(struct call *c, const char *pusb, const char *vdi)
{
	return call_fail(c, "PUSB_VDI_CONFLICT",
	    (const char *const[]){ pusb, vdi },
	    2);
}

int
fail_pvs_cache_storage_already_present(struct call *c, const char *site,
    const char *host)
{
	return call_fail(c, "PVS_CACHE_STORAGE_ALREADY_PRESENT",
	    (const char *const[]){ site, host },
	    2);
}

int
fail_pvs_cache_storage_is_in_use(struct call *c,
    const char *pvs_cache_storage)
{
	return call_fail(c, "PVS_CACHE_STORAGE_IS_IN_USE",
	    (const char *const[]){ pvs_cache_storage },
	    1);
}

int
fail_pvs_proxy_already_present(struct call *c, const char *proxies)
{
	return call_fail(c, "PVS_PROXY_ALREADY_PRESENT",
	    (const char *const[]){ proxies },
	    1);
}

int
fail_pvs_proxy_present_on_higher_vif_device(struct call *c,
    const char *device)
{
	return call_fail(c, "PVS_PROXY_PRESENT_ON_HIGHER_VIF_DEVICE",
	    (const char *const[]){ device },
	    1);
}

int
fail_pvs_server_address_in_use(struct call *c, const char *address)
{
	return call_fail(c, "PVS_SERVER_ADDRESS_IN_USE",
	    (const char *const[]){ address },
	    1);
}

int
fail_pvs_site_contains_running_proxies(struct call *c, const char *proxies)
{
	return call_fail(c, "PVS_SITE_CONTAINS_RUNNING_PROXIES",
	    (const char *const[]){ proxies },
	    1);
}

int
fail_pvs_site_contains_servers(struct call *c, const char *servers)
{
	return call_fail(c, "PVS_SITE_CONTAINS_SERVERS",
	    (const char *const[]){ servers },
	    1);
}

int
fail_pvs_vif_must_be_first_device(struct call *c)
{
	return call_fail(c, "PVS_VIF_MUST_BE_FIRST_DEVICE",
	    NULL, 0);
}

int
fail_rbac_permission_denied(struct call *c, const char *permission,
    const char *message)
{
	return call_fail(c, "RBAC_PERMISSION_DENIED",
	    (const char *const[]){ permission, message },
	    2);
}

int
fail_redo_log_is_enabled(struct call *c)
{
	return call_fail(c, "REDO_LOG_IS_ENABLED",
	    NULL, 0);
}

int
fail_repository_already_exists(struct call *c, const char *ref)
{
	return call_fail(c, "REPOSITORY_ALREADY_EXISTS",
	    (const char *const[]){ ref },
	    1);
}

int
fail_repository_cleanup_failed(struct call *c)
{
	return call_fail(c, "REPOSITORY_CLEANUP_FAILED",
	    NULL, 0);
}

int
fail_repository_is_in_use(struct call *c)
{
	return call_fail(c, "REPOSITORY_IS_IN_USE",
	    NULL, 0);
}

int
fail_reposync_failed(struct call *c)
{
	return call_fail(c, "REPOSYNC_FAILED",
	    NULL, 0);
}

int
fail_repo_should_be_single_one_enabled(struct call *c)
{
	return call_fail(c, "REPO_SHOULD_BE_SINGLE_ONE_ENABLED",
	    NULL, 0);
}

int
fail_required_pif_is_unplugged(struct call *c, const char *pif)
{
	return call_fail(c, "REQUIRED_PIF_IS_UNPLUGGED",
	    (const char *const[]){ pif },
	    1);
}

int
fail_restore_incompatible_version(struct call *c)
{
	return call_fail(c, "RESTORE_INCOMPATIBLE_VERSION",
	    NULL, 0);
}

int
fail_restore_script_failed(struct call *c, const char *log)
{
	return call_fail(c, "RESTORE_SCRIPT_FAILED",
	    (const char *const[]){ log },
	    1);
}

int
fail_restore_target_mgmt_if_not_in_backup(struct call *c)
{
	return call_fail(c, "RESTORE_TARGET_MGMT_IF_NOT_IN_BACKUP",
	    NULL, 0);
}

int
fail_restore_target_missing_device(struct call *c, const char *device)
{
	return call_fail(c, "RESTORE_TARGET_MISSING_DEVICE",
	    (const char *const[]){ device },
	    1);
}

int
fail_revert_only_allowed_on_snapshot(struct call *c,
    const char *const params[])
{
	return call_fail(c, "REVERT_ONLY_ALLOWED_ON_SNAPSHOT",
	    params, list_length(params));
}

int
fail_role_already_exists(struct call *c)
{
	return call_fail(c, "ROLE_ALREADY_EXISTS",
	    NULL, 0);
}

int
fail_role_not_found(struct call *c)
{
	return call_fail(c, "ROLE_NOT_FOUND",
	    NULL, 0);
}

int
fail_server_certificate_chain_invalid(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_CHAIN_INVALID",
	    NULL, 0);
}

int
fail_server_certificate_expired(struct call *c, const char *now,
    const char *not_after)
{
	return call_fail(c, "SERVER_CERTIFICATE_EXPIRED",
	    (const char *const[]){ now, not_after },
	    2);
}

int
fail_server_certificate_invalid(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_INVALID",
	    NULL, 0);
}

int
fail_server_certificate_key_algorithm_not_supported(struct call *c,
    const char *algorithm_oid)
{
	return call_fail(c, "SERVER_CERTIFICATE_KEY_ALGORITHM_NOT_SUPPORTED",
	    (const char *const[]){ algorithm_oid },
	    1);
}

int
fail_server_certificate_key_invalid(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_KEY_INVALID",
	    NULL, 0);
}

int
fail_server_certificate_key_mismatch(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_KEY_MISMATCH",
	    NULL, 0);
}

int
fail_server_certificate_key_rsa_length_not_supported(struct call *c,
    const char *length)
{
	return call_fail(c, "SERVER_CERTIFICATE_KEY_RSA_LENGTH_NOT_SUPPORTED",
	    (const char *const[]){ length },
	    1);
}

int
fail_server_certificate_key_rsa_multi_not_supported(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_KEY_RSA_MULTI_NOT_SUPPORTED",
	    NULL, 0);
}

int
fail_server_certificate_not_valid_yet(struct call *c, const char *now,
    const char *not_before)
{
	return call_fail(c, "SERVER_CERTIFICATE_NOT_VALID_YET",
	    (const char *const[]){ now, not_before },
	    2);
}

int
fail_server_certificate_signature_not_supported(struct call *c)
{
	return call_fail(c, "SERVER_CERTIFICATE_SIGNATURE_NOT_SUPPORTED",
	    NULL, 0);
}

int
fail_session_authentication_failed(struct call *c)
{
	return call_fail(c, "SESSION_AUTHENTICATION_FAILED",
	    NULL, 0);
}

int
fail_session_authorization_failed(struct call *c, const char *username,
    const char *msg)
{
	return call_fail(c, "SESSION_AUTHORIZATION_FAILED",
	    (const char *const[]){ username, msg },
	    2);
}

int
fail_session_invalid(struct call *c, const char *handle)
{
	return call_fail(c, "SESSION_INVALID",
	    (const char *const[]){ handle },
	    1);
}

int
fail_session_not_registered(struct call *c, const char *handle)
{
	return call_fail(c, "SESSION_NOT_REGISTERED",
	    (const char *const[]){ handle },
	    1);
}

int
fail_set_console_timeout_partially_failed(struct call *c,
    const char *hosts)
{
	return call_fail(c, "SET_CONSOLE_TIMEOUT_PARTIALLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_set_ssh_auto_mode_partially_failed(struct call *c, const char *hosts)
{
	return call_fail(c, "SET_SSH_AUTO_MODE_PARTIALLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_set_ssh_timeout_partially_failed(struct call *c, const char *hosts)
{
	return call_fail(c, "SET_SSH_TIMEOUT_PARTIALLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_slave_requires_management_interface(struct call *c)
{
	return call_fail(c, "SLAVE_REQUIRES_MANAGEMENT_INTERFACE",
	    NULL, 0);
}

int
fail_sm_plugin_communication_failure(struct call *c, const char *sm)
{
	return call_fail(c, "SM_PLUGIN_COMMUNICATION_FAILURE",
	    (const char *const[]){ sm },
	    1);
}

int
fail_sr_attached(struct call *c, const char *const params[])
{
	return call_fail(c, "SR_ATTACHED",
	    params, list_length(params));
}

int
fail_sr_attach_failed(struct call *c, const char *sr)
{
	return call_fail(c, "SR_ATTACH_FAILED",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_backend_failure(struct call *c, const char *status,
    const char *stdout_, const char *stderr_)
{
	return call_fail(c, "SR_BACKEND_FAILURE",
	    (const char *const[]){ status, stdout_, stderr_ },
	    3);
}

int
fail_sr_device_in_use(struct call *c)
{
	return call_fail(c, "SR_DEVICE_IN_USE",
	    NULL, 0);
}

int
fail_sr_does_not_support_migration(struct call *c, const char *sr,
    const char *capabilities)
{
	return call_fail(c, "SR_DOES_NOT_SUPPORT_MIGRATION",
	    (const char *const[]){ sr, capabilities },
	    2);
}

int
fail_sr_full(struct call *c, const char *requested, const char *maximum)
{
	return call_fail(c, "SR_FULL",
	    (const char *const[]){ requested, maximum },
	    2);
}

int
fail_sr_has_multiple_pbds(struct call *c, const char *pbd)
{
	return call_fail(c, "SR_HAS_MULTIPLE_PBDS",
	    (const char *const[]){ pbd },
	    1);
}

int
fail_sr_has_no_pbds(struct call *c, const char *sr)
{
	return call_fail(c, "SR_HAS_NO_PBDS",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_has_pbd(struct call *c, const char *sr)
{
	return call_fail(c, "SR_HAS_PBD",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_indestructible(struct call *c, const char *sr)
{
	return call_fail(c, "SR_INDESTRUCTIBLE",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_is_cache_sr(struct call *c, const char *host)
{
	return call_fail(c, "SR_IS_CACHE_SR",
	    (const char *const[]){ host },
	    1);
}

int
fail_sr_not_attached(struct call *c, const char *sr)
{
	return call_fail(c, "SR_NOT_ATTACHED",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_not_empty(struct call *c)
{
	return call_fail(c, "SR_NOT_EMPTY",
	    NULL, 0);
}

int
fail_sr_not_sharable(struct call *c, const char *sr, const char *host)
{
	return call_fail(c, "SR_NOT_SHARABLE",
	    (const char *const[]){ sr, host },
	    2);
}

int
fail_sr_not_shared(struct call *c, const char *const params[])
{
	return call_fail(c, "SR_NOT_SHARED",
	    params, list_length(params));
}

int
fail_sr_operation_not_supported(struct call *c, const char *sr)
{
	return call_fail(c, "SR_OPERATION_NOT_SUPPORTED",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_requires_upgrade(struct call *c, const char *sr)
{
	return call_fail(c, "SR_REQUIRES_UPGRADE",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_source_space_insufficient(struct call *c, const char *sr)
{
	return call_fail(c, "SR_SOURCE_SPACE_INSUFFICIENT",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_suspend_space_insufficient(struct call *c, const char *sr)
{
	return call_fail(c, "SR_SUSPEND_SPACE_INSUFFICIENT",
	    (const char *const[]){ sr },
	    1);
}

int
fail_sr_unhealthy(struct call *c, const char *sr, const char *health,
    const char *fix)
{
	return call_fail(c, "SR_UNHEALTHY",
	    (const char *const[]){ sr, health, fix },
	    3);
}

int
fail_sr_unknown_driver(struct call *c, const char *driver)
{
	return call_fail(c, "SR_UNKNOWN_DRIVER",
	    (const char *const[]){ driver },
	    1);
}

int
fail_sr_uuid_exists(struct call *c, const char *uuid)
{
	return call_fail(c, "SR_UUID_EXISTS",
	    (const char *const[]){ uuid },
	    1);
}

int
fail_sr_vdi_locking_failed(struct call *c)
{
	return call_fail(c, "SR_VDI_LOCKING_FAILED",
	    NULL, 0);
}

int
fail_ssl_verify_error(struct call *c, const char *reason)
{
	return call_fail(c, "SSL_VERIFY_ERROR",
	    (const char *const[]){ reason },
	    1);
}

int
fail_subject_already_exists(struct call *c)
{
	return call_fail(c, "SUBJECT_ALREADY_EXISTS",
	    NULL, 0);
}

int
fail_subject_cannot_be_resolved(struct call *c)
{
	return call_fail(c, "SUBJECT_CANNOT_BE_RESOLVED",
	    NULL, 0);
}

int
fail_suspend_image_not_accessible(struct call *c, const char *vdi)
{
	return call_fail(c, "SUSPEND_IMAGE_NOT_ACCESSIBLE",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_suspend_vdi_replacement_is_not_identical(struct call *c,
    const char *const params[])
{
	return call_fail(c, "SUSPEND_VDI_REPLACEMENT_IS_NOT_IDENTICAL",
	    params, list_length(params));
}

int
fail_sync_bundle_in_progress(struct call *c)
{
	return call_fail(c, "SYNC_BUNDLE_IN_PROGRESS",
	    NULL, 0);
}

int
fail_sync_updates_in_progress(struct call *c)
{
	return call_fail(c, "SYNC_UPDATES_IN_PROGRESS",
	    NULL, 0);
}

int
fail_sysprep(struct call *c, const char *vm, const char *message)
{
	return call_fail(c, "SYSPREP",
	    (const char *const[]){ vm, message },
	    2);
}

int
fail_system_status_must_use_tar_on_oem(struct call *c)
{
	return call_fail(c, "SYSTEM_STATUS_MUST_USE_TAR_ON_OEM",
	    NULL, 0);
}

int
fail_system_status_retrieval_failed(struct call *c, const char *reason)
{
	return call_fail(c, "SYSTEM_STATUS_RETRIEVAL_FAILED",
	    (const char *const[]){ reason },
	    1);
}

int
fail_task_cancelled(struct call *c, const char *task)
{
	return call_fail(c, "TASK_CANCELLED",
	    (const char *const[]){ task },
	    1);
}

int
fail_telemetry_next_collection_too_late(struct call *c,
    const char *timestamp)
{
	return call_fail(c, "TELEMETRY_NEXT_COLLECTION_TOO_LATE",
	    (const char *const[]){ timestamp },
	    1);
}

int
fail_tls_connection_failed(struct call *c, const char *address,
    const char *port)
{
	return call_fail(c, "TLS_CONNECTION_FAILED",
	    (const char *const[]){ address, port },
	    2);
}

int
fail_tls_verification_enable_in_progress(struct call *c,
    const char *const params[])
{
	return call_fail(c, "TLS_VERIFICATION_ENABLE_IN_PROGRESS",
	    params, list_length(params));
}

int
fail_tls_verification_not_enabled_in_pool(struct call *c)
{
	return call_fail(c, "TLS_VERIFICATION_NOT_ENABLED_IN_POOL",
	    NULL, 0);
}

int
fail_too_busy(struct call *c)
{
	return call_fail(c, "TOO_BUSY",
	    NULL, 0);
}

int
fail_too_many_groups(struct call *c)
{
	return call_fail(c, "TOO_MANY_GROUPS",
	    NULL, 0);
}

int
fail_too_many_pending_tasks(struct call *c)
{
	return call_fail(c, "TOO_MANY_PENDING_TASKS",
	    NULL, 0);
}

int
fail_too_many_storage_migrates(struct call *c, const char *number)
{
	return call_fail(c, "TOO_MANY_STORAGE_MIGRATES",
	    (const char *const[]){ number },
	    1);
}

int
fail_too_many_vusbs(struct call *c, const char *number)
{
	return call_fail(c, "TOO_MANY_VUSBS",
	    (const char *const[]){ number },
	    1);
}

int
fail_transport_pif_not_configured(struct call *c, const char *pif)
{
	return call_fail(c, "TRANSPORT_PIF_NOT_CONFIGURED",
	    (const char *const[]){ pif },
	    1);
}

int
fail_trusted_certificate_already_exists(struct call *c,
    const char *fingerprint)
{
	return call_fail(c, "TRUSTED_CERTIFICATE_ALREADY_EXISTS",
	    (const char *const[]){ fingerprint },
	    1);
}

int
fail_trusted_certificate_expired(struct call *c, const char *now,
    const char *not_after)
{
	return call_fail(c, "TRUSTED_CERTIFICATE_EXPIRED",
	    (const char *const[]){ now, not_after },
	    2);
}

int
fail_trusted_certificate_invalid(struct call *c)
{
	return call_fail(c, "TRUSTED_CERTIFICATE_INVALID",
	    NULL, 0);
}

int
fail_trusted_certificate_not_valid_yet(struct call *c, const char *now,
    const char *not_before)
{
	return call_fail(c, "TRUSTED_CERTIFICATE_NOT_VALID_YET",
	    (const char *const[]){ now, not_before },
	    2);
}

int
fail_unimplemented_in_sm_backend(struct call *c, const char *message)
{
	return call_fail(c, "UNIMPLEMENTED_IN_SM_BACKEND",
	    (const char *const[]){ message },
	    1);
}

int
fail_unknown_bootloader(struct call *c, const char *vm,
    const char *bootloader)
{
	return call_fail(c, "UNKNOWN_BOOTLOADER",
	    (const char *const[]){ vm, bootloader },
	    2);
}

int
fail_updateinfo_hash_mismatch(struct call *c)
{
	return call_fail(c, "UPDATEINFO_HASH_MISMATCH",
	    NULL, 0);
}

int
fail_update_already_applied(struct call *c, const char *update)
{
	return call_fail(c, "UPDATE_ALREADY_APPLIED",
	    (const char *const[]){ update },
	    1);
}

int
fail_update_already_applied_in_pool(struct call *c, const char *update)
{
	return call_fail(c, "UPDATE_ALREADY_APPLIED_IN_POOL",
	    (const char *const[]){ update },
	    1);
}

int
fail_update_already_exists(struct call *c, const char *uuid)
{
	return call_fail(c, "UPDATE_ALREADY_EXISTS",
	    (const char *const[]){ uuid },
	    1);
}

int
fail_update_apply_failed(struct call *c, const char *output)
{
	return call_fail(c, "UPDATE_APPLY_FAILED",
	    (const char *const[]){ output },
	    1);
}

int
fail_update_is_applied(struct call *c)
{
	return call_fail(c, "UPDATE_IS_APPLIED",
	    NULL, 0);
}

int
fail_update_pool_apply_failed(struct call *c, const char *hosts)
{
	return call_fail(c, "UPDATE_POOL_APPLY_FAILED",
	    (const char *const[]){ hosts },
	    1);
}

int
fail_update_precheck_failed_conflict_present(struct call *c,
    const char *update, const char *conflict_update)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_CONFLICT_PRESENT",
	    (const char *const[]){ update, conflict_update },
	    2);
}

int
fail_update_precheck_failed_gpgkey_not_imported(struct call *c,
    const char *update)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_GPGKEY_NOT_IMPORTED",
	    (const char *const[]){ update },
	    1);
}

int
fail_update_precheck_failed_out_of_space(struct call *c,
    const char *update, const char *available_space,
    const char *required_space)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_OUT_OF_SPACE",
	    (const char *const[]){ update, available_space, required_space },
	    3);
}

int
fail_update_precheck_failed_prerequisite_missing(struct call *c,
    const char *update, const char *prerequisite_update)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_PREREQUISITE_MISSING",
	    (const char *const[]){ update, prerequisite_update },
	    2);
}

int
fail_update_precheck_failed_unknown_error(struct call *c,
    const char *update, const char *info)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_UNKNOWN_ERROR",
	    (const char *const[]){ update, info },
	    2);
}

int
fail_update_precheck_failed_wrong_server_version(struct call *c,
    const char *update, const char *installed_version,
    const char *required_version)
{
	return call_fail(c, "UPDATE_PRECHECK_FAILED_WRONG_SERVER_VERSION",
	    (const char *const[]){ update, installed_version, required_version },
	    3);
}

int
fail_update_syncing_remote_pool_coordinator_connection_failed(struct call *c)
{
	return call_fail(c, "UPDATE_SYNCING_REMOTE_POOL_COORDINATOR_CONNECTION_FAILED",
	    NULL, 0);
}

int
fail_update_syncing_remote_pool_coordinator_service_failed(struct call *c)
{
	return call_fail(c, "UPDATE_SYNCING_REMOTE_POOL_COORDINATOR_SERVICE_FAILED",
	    NULL, 0);
}

int
fail_usb_already_attached(struct call *c, const char *pusb, const char *vm)
{
	return call_fail(c, "USB_ALREADY_ATTACHED",
	    (const char *const[]){ pusb, vm },
	    2);
}

int
fail_usb_group_conflict(struct call *c, const char *usb_group)
{
	return call_fail(c, "USB_GROUP_CONFLICT",
	    (const char *const[]){ usb_group },
	    1);
}

int
fail_usb_group_contains_no_pusbs(struct call *c, const char *usb_group)
{
	return call_fail(c, "USB_GROUP_CONTAINS_NO_PUSBS",
	    (const char *const[]){ usb_group },
	    1);
}

int
fail_usb_group_contains_pusb(struct call *c, const char *pusbs)
{
	return call_fail(c, "USB_GROUP_CONTAINS_PUSB",
	    (const char *const[]){ pusbs },
	    1);
}

int
fail_usb_group_contains_vusb(struct call *c, const char *vusbs)
{
	return call_fail(c, "USB_GROUP_CONTAINS_VUSB",
	    (const char *const[]){ vusbs },
	    1);
}

int
fail_user_is_not_local_superuser(struct call *c, const char *msg)
{
	return call_fail(c, "USER_IS_NOT_LOCAL_SUPERUSER",
	    (const char *const[]){ msg },
	    1);
}

int
fail_uuid_invalid(struct call *c, const char *type, const char *uuid)
{
	return call_fail(c, "UUID_INVALID",
	    (const char *const[]){ type, uuid },
	    2);
}

int
fail_v6d_failure(struct call *c)
{
	return call_fail(c, "V6D_FAILURE",
	    NULL, 0);
}

int
fail_value_not_supported(struct call *c, const char *field,
    const char *value, const char *reason)
{
	return call_fail(c, "VALUE_NOT_SUPPORTED",
	    (const char *const[]){ field, value, reason },
	    3);
}

int
fail_vbd_cds_must_be_readonly(struct call *c)
{
	return call_fail(c, "VBD_CDS_MUST_BE_READONLY",
	    NULL, 0);
}

int
fail_vbd_is_empty(struct call *c, const char *vbd)
{
	return call_fail(c, "VBD_IS_EMPTY",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_vbd_missing(struct call *c, const char *const params[])
{
	return call_fail(c, "VBD_MISSING",
	    params, list_length(params));
}

int
fail_vbd_not_empty(struct call *c, const char *vbd)
{
	return call_fail(c, "VBD_NOT_EMPTY",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_vbd_not_removable_media(struct call *c, const char *vbd)
{
	return call_fail(c, "VBD_NOT_REMOVABLE_MEDIA",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_vbd_not_unpluggable(struct call *c, const char *vbd)
{
	return call_fail(c, "VBD_NOT_UNPLUGGABLE",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_vbd_tray_locked(struct call *c, const char *vbd)
{
	return call_fail(c, "VBD_TRAY_LOCKED",
	    (const char *const[]){ vbd },
	    1);
}

int
fail_vcpu_max_not_cores_per_socket_multiple(struct call *c,
    const char *vcpu_max, const char *cores_per_socket)
{
	return call_fail(c, "VCPU_MAX_NOT_CORES_PER_SOCKET_MULTIPLE",
	    (const char *const[]){ vcpu_max, cores_per_socket },
	    2);
}

int
fail_vdi_cbt_enabled(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_CBT_ENABLED",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_contains_metadata_of_this_pool(struct call *c, const char *vdi,
    const char *pool)
{
	return call_fail(c, "VDI_CONTAINS_METADATA_OF_THIS_POOL",
	    (const char *const[]){ vdi, pool },
	    2);
}

int
fail_vdi_content_id_missing(struct call *c, const char *const params[])
{
	return call_fail(c, "VDI_CONTENT_ID_MISSING",
	    params, list_length(params));
}

int
fail_vdi_copy_failed(struct call *c)
{
	return call_fail(c, "VDI_COPY_FAILED",
	    NULL, 0);
}

int
fail_vdi_has_rrds(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_HAS_RRDS",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_incompatible_type(struct call *c, const char *vdi,
    const char *type)
{
	return call_fail(c, "VDI_INCOMPATIBLE_TYPE",
	    (const char *const[]){ vdi, type },
	    2);
}

int
fail_vdi_in_use(struct call *c, const char *vdi, const char *operation)
{
	return call_fail(c, "VDI_IN_USE",
	    (const char *const[]){ vdi, operation },
	    2);
}

int
fail_vdi_io_error(struct call *c, const char *const params[])
{
	return call_fail(c, "VDI_IO_ERROR",
	    params, list_length(params));
}

int
fail_vdi_is_a_physical_device(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_IS_A_PHYSICAL_DEVICE",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_is_encrypted(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_IS_ENCRYPTED",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_is_not_iso(struct call *c, const char *vdi, const char *type)
{
	return call_fail(c, "VDI_IS_NOT_ISO",
	    (const char *const[]){ vdi, type },
	    2);
}

int
fail_vdi_is_sharable(struct call *c, const char *const params[])
{
	return call_fail(c, "VDI_IS_SHARABLE",
	    params, list_length(params));
}

int
fail_vdi_location_missing(struct call *c, const char *sr,
    const char *location)
{
	return call_fail(c, "VDI_LOCATION_MISSING",
	    (const char *const[]){ sr, location },
	    2);
}

int
fail_vdi_missing(struct call *c, const char *sr, const char *vdi)
{
	return call_fail(c, "VDI_MISSING",
	    (const char *const[]){ sr, vdi },
	    2);
}

int
fail_vdi_needs_vm_for_migrate(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NEEDS_VM_FOR_MIGRATE",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_not_available(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NOT_AVAILABLE",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_not_in_map(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NOT_IN_MAP",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_not_managed(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NOT_MANAGED",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_not_sparse(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NOT_SPARSE",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_no_cbt_metadata(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_NO_CBT_METADATA",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_on_boot_mode_incompatible_with_operation(struct call *c)
{
	return call_fail(c, "VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION",
	    NULL, 0);
}

int
fail_vdi_readonly(struct call *c, const char *vdi)
{
	return call_fail(c, "VDI_READONLY",
	    (const char *const[]){ vdi },
	    1);
}

int
fail_vdi_too_large(struct call *c, const char *vdi,
    const char *maximum_size)
{
	return call_fail(c, "VDI_TOO_LARGE",
	    (const char *const[]){ vdi, maximum_size },
	    2);
}

int
fail_vdi_too_small(struct call *c, const char *vdi,
    const char *minimum_size)
{
	return call_fail(c, "VDI_TOO_SMALL",
	    (const char *const[]){ vdi, minimum_size },
	    2);
}

int
fail_vgpu_destination_incompatible(struct call *c, const char *reason,
    const char *vgpu, const char *host)
{
	return call_fail(c, "VGPU_DESTINATION_INCOMPATIBLE",
	    (const char *const[]){ reason, vgpu, host },
	    3);
}

int
fail_vgpu_guest_driver_limit(struct call *c, const char *reason,
    const char *vm, const char *host)
{
	return call_fail(c, "VGPU_GUEST_DRIVER_LIMIT",
	    (const char *const[]){ reason, vm, host },
	    3);
}

int
fail_vgpu_suspension_not_supported(struct call *c, const char *reason,
    const char *vgpu, const char *host)
{
	return call_fail(c, "VGPU_SUSPENSION_NOT_SUPPORTED",
	    (const char *const[]){ reason, vgpu, host },
	    3);
}

int
fail_vgpu_type_not_compatible(struct call *c, const char *type)
{
	return call_fail(c, "VGPU_TYPE_NOT_COMPATIBLE",
	    (const char *const[]){ type },
	    1);
}

int
fail_vgpu_type_not_compatible_with_running_type(struct call *c,
    const char *pgpu, const char *type, const char *running_type)
{
	return call_fail(c, "VGPU_TYPE_NOT_COMPATIBLE_WITH_RUNNING_TYPE",
	    (const char *const[]){ pgpu, type, running_type },
	    3);
}

int
fail_vgpu_type_not_enabled(struct call *c, const char *type,
    const char *enabled_types)
{
	return call_fail(c, "VGPU_TYPE_NOT_ENABLED",
	    (const char *const[]){ type, enabled_types },
	    2);
}

int
fail_vgpu_type_not_supported(struct call *c, const char *type,
    const char *supported_types)
{
	return call_fail(c, "VGPU_TYPE_NOT_SUPPORTED",
	    (const char *const[]){ type, supported_types },
	    2);
}

int
fail_vgpu_type_no_longer_supported(struct call *c, const char *type)
{
	return call_fail(c, "VGPU_TYPE_NO_LONGER_SUPPORTED",
	    (const char *const[]){ type },
	    1);
}

int
fail_vif_in_use(struct call *c, const char *network, const char *vif)
{
	return call_fail(c, "VIF_IN_USE",
	    (const char *const[]){ network, vif },
	    2);
}

int
fail_vif_not_in_map(struct call *c, const char *vif)
{
	return call_fail(c, "VIF_NOT_IN_MAP",
	    (const char *const[]){ vif },
	    1);
}

int
fail_vlan_in_use(struct call *c, const char *device, const char *vlan)
{
	return call_fail(c, "VLAN_IN_USE",
	    (const char *const[]){ device, vlan },
	    2);
}

int
fail_vlan_tag_invalid(struct call *c, const char *vlan)
{
	return call_fail(c, "VLAN_TAG_INVALID",
	    (const char *const[]){ vlan },
	    1);
}

int
fail_vmpp_archive_more_frequent_than_backup(struct call *c)
{
	return call_fail(c, "VMPP_ARCHIVE_MORE_FREQUENT_THAN_BACKUP",
	    NULL, 0);
}

int
fail_vmpp_has_vm(struct call *c)
{
	return call_fail(c, "VMPP_HAS_VM",
	    NULL, 0);
}

int
fail_vmss_has_vm(struct call *c)
{
	return call_fail(c, "VMSS_HAS_VM",
	    NULL, 0);
}

int
fail_vms_failed_to_cooperate(struct call *c)
{
	return call_fail(c, "VMS_FAILED_TO_COOPERATE",
	    NULL, 0);
}

int
fail_vm_assigned_to_protection_policy(struct call *c, const char *vm,
    const char *vmpp)
{
	return call_fail(c, "VM_ASSIGNED_TO_PROTECTION_POLICY",
	    (const char *const[]){ vm, vmpp },
	    2);
}

int
fail_vm_assigned_to_snapshot_schedule(struct call *c, const char *vm,
    const char *vmss)
{
	return call_fail(c, "VM_ASSIGNED_TO_SNAPSHOT_SCHEDULE",
	    (const char *const[]){ vm, vmss },
	    2);
}

int
fail_vm_attached_to_more_than_one_vdi_with_timeoffset_marked_as_reset_on_boot(struct call *c,
    const char *vm)
{
	return call_fail(c, "VM_ATTACHED_TO_MORE_THAN_ONE_VDI_WITH_TIMEOFFSET_MARKED_AS_RESET_ON_BOOT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_bad_power_state(struct call *c, const char *vm,
    const char *expected, const char *actual)
{
	return call_fail(c, "VM_BAD_POWER_STATE",
	    (const char *const[]){ vm, expected, actual },
	    3);
}

int
fail_vm_bios_strings_already_set(struct call *c)
{
	return call_fail(c, "VM_BIOS_STRINGS_ALREADY_SET",
	    NULL, 0);
}

int
fail_vm_call_plugin_rate_limit(struct call *c, const char *vm,
    const char *interval, const char *wait)
{
	return call_fail(c, "VM_CALL_PLUGIN_RATE_LIMIT",
	    (const char *const[]){ vm, interval, wait },
	    3);
}

int
fail_vm_cannot_delete_default_template(struct call *c, const char *vm)
{
	return call_fail(c, "VM_CANNOT_DELETE_DEFAULT_TEMPLATE",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_checkpoint_resume_failed(struct call *c, const char *vm)
{
	return call_fail(c, "VM_CHECKPOINT_RESUME_FAILED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_checkpoint_suspend_failed(struct call *c, const char *vm)
{
	return call_fail(c, "VM_CHECKPOINT_SUSPEND_FAILED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_crashed(struct call *c, const char *vm)
{
	return call_fail(c, "VM_CRASHED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_duplicate_vbd_device(struct call *c, const char *vm,
    const char *vbd, const char *device)
{
	return call_fail(c, "VM_DUPLICATE_VBD_DEVICE",
	    (const char *const[]){ vm, vbd, device },
	    3);
}

int
fail_vm_failed_shutdown_acknowledgment(struct call *c, const char *vm)
{
	return call_fail(c, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_failed_suspend_acknowledgment(struct call *c, const char *vm)
{
	return call_fail(c, "VM_FAILED_SUSPEND_ACKNOWLEDGMENT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_halted(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HALTED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_checkpoint(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_CHECKPOINT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_no_suspend_vdi(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_NO_SUSPEND_VDI",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_pci_attached(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_PCI_ATTACHED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_sriov_vif(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_SRIOV_VIF",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_too_many_snapshots(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_TOO_MANY_SNAPSHOTS",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_vgpu(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_VGPU",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_has_vusbs(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HAS_VUSBS",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_host_incompatible_version(struct call *c, const char *host,
    const char *vm)
{
	return call_fail(c, "VM_HOST_INCOMPATIBLE_VERSION",
	    (const char *const[]){ host, vm },
	    2);
}

int
fail_vm_host_incompatible_version_migrate(struct call *c, const char *host,
    const char *vm)
{
	return call_fail(c, "VM_HOST_INCOMPATIBLE_VERSION_MIGRATE",
	    (const char *const[]){ host, vm },
	    2);
}

int
fail_vm_host_incompatible_virtual_hardware_platform_version(struct call *c,
    const char *host, const char *host_versions, const char *vm,
    const char *vm_version)
{
	return call_fail(c, "VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION",
	    (const char *const[]){ host, host_versions, vm, vm_version },
	    4);
}

int
fail_vm_hvm_required(struct call *c, const char *vm)
{
	return call_fail(c, "VM_HVM_REQUIRED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_incompatible_with_this_host(struct call *c, const char *vm,
    const char *host, const char *reason)
{
	return call_fail(c, "VM_INCOMPATIBLE_WITH_THIS_HOST",
	    (const char *const[]){ vm, host, reason },
	    3);
}

int
fail_vm_is_immobile(struct call *c, const char *vm)
{
	return call_fail(c, "VM_IS_IMMOBILE",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_is_part_of_an_appliance(struct call *c, const char *vm,
    const char *appliance)
{
	return call_fail(c, "VM_IS_PART_OF_AN_APPLIANCE",
	    (const char *const[]){ vm, appliance },
	    2);
}

int
fail_vm_is_protected(struct call *c, const char *vm)
{
	return call_fail(c, "VM_IS_PROTECTED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_is_snapshot(struct call *c, const char *const params[])
{
	return call_fail(c, "VM_IS_SNAPSHOT",
	    params, list_length(params));
}

int
fail_vm_is_template(struct call *c, const char *vm)
{
	return call_fail(c, "VM_IS_TEMPLATE",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_is_using_nested_virt(struct call *c, const char *vm)
{
	return call_fail(c, "VM_IS_USING_NESTED_VIRT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_lacks_feature(struct call *c, const char *vm)
{
	return call_fail(c, "VM_LACKS_FEATURE",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_memory_size_too_low(struct call *c, const char *vm)
{
	return call_fail(c, "VM_MEMORY_SIZE_TOO_LOW",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_memory_target_wait_timeout(struct call *c,
    const char *const params[])
{
	return call_fail(c, "VM_MEMORY_TARGET_WAIT_TIMEOUT",
	    params, list_length(params));
}

int
fail_vm_migrate_contact_remote_service_failed(struct call *c)
{
	return call_fail(c, "VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED",
	    NULL, 0);
}

int
fail_vm_migrate_failed(struct call *c, const char *vm, const char *source,
    const char *destination, const char *msg)
{
	return call_fail(c, "VM_MIGRATE_FAILED",
	    (const char *const[]){ vm, source, destination, msg },
	    4);
}

int
fail_vm_missing_pv_drivers(struct call *c, const char *vm)
{
	return call_fail(c, "VM_MISSING_PV_DRIVERS",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_non_suspendable(struct call *c, const char *vm, const char *reason)
{
	return call_fail(c, "VM_NON_SUSPENDABLE",
	    (const char *const[]){ vm, reason },
	    2);
}

int
fail_vm_not_resident_here(struct call *c, const char *vm, const char *host)
{
	return call_fail(c, "VM_NOT_RESIDENT_HERE",
	    (const char *const[]){ vm, host },
	    2);
}

int
fail_vm_no_crashdump_sr(struct call *c, const char *vm)
{
	return call_fail(c, "VM_NO_CRASHDUMP_SR",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_no_empty_cd_vbd(struct call *c, const char *vm)
{
	return call_fail(c, "VM_NO_EMPTY_CD_VBD",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_no_suspend_sr(struct call *c, const char *vm)
{
	return call_fail(c, "VM_NO_SUSPEND_SR",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_no_vcpus(struct call *c, const char *vm)
{
	return call_fail(c, "VM_NO_VCPUS",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_old_pv_drivers(struct call *c, const char *vm, const char *major,
    const char *minor)
{
	return call_fail(c, "VM_OLD_PV_DRIVERS",
	    (const char *const[]){ vm, major, minor },
	    3);
}

int
fail_vm_pci_bus_full(struct call *c, const char *vm)
{
	return call_fail(c, "VM_PCI_BUS_FULL",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_pv_drivers_in_use(struct call *c, const char *vm)
{
	return call_fail(c, "VM_PV_DRIVERS_IN_USE",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_rebooted(struct call *c, const char *vm)
{
	return call_fail(c, "VM_REBOOTED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_requires_gpu(struct call *c, const char *vm, const char *gpu_group)
{
	return call_fail(c, "VM_REQUIRES_GPU",
	    (const char *const[]){ vm, gpu_group },
	    2);
}

int
fail_vm_requires_iommu(struct call *c, const char *host)
{
	return call_fail(c, "VM_REQUIRES_IOMMU",
	    (const char *const[]){ host },
	    1);
}

int
fail_vm_requires_network(struct call *c, const char *vm,
    const char *network)
{
	return call_fail(c, "VM_REQUIRES_NETWORK",
	    (const char *const[]){ vm, network },
	    2);
}

int
fail_vm_requires_sr(struct call *c, const char *vm, const char *sr)
{
	return call_fail(c, "VM_REQUIRES_SR",
	    (const char *const[]){ vm, sr },
	    2);
}

int
fail_vm_requires_vdi(struct call *c, const char *vm, const char *vdi)
{
	return call_fail(c, "VM_REQUIRES_VDI",
	    (const char *const[]){ vm, vdi },
	    2);
}

int
fail_vm_requires_vgpu(struct call *c, const char *vm,
    const char *gpu_group, const char *vgpu_type)
{
	return call_fail(c, "VM_REQUIRES_VGPU",
	    (const char *const[]){ vm, gpu_group, vgpu_type },
	    3);
}

int
fail_vm_requires_vusb(struct call *c, const char *vm,
    const char *usb_group)
{
	return call_fail(c, "VM_REQUIRES_VUSB",
	    (const char *const[]){ vm, usb_group },
	    2);
}

int
fail_vm_revert_failed(struct call *c, const char *vm, const char *snapshot)
{
	return call_fail(c, "VM_REVERT_FAILED",
	    (const char *const[]){ vm, snapshot },
	    2);
}

int
fail_vm_shutdown_timeout(struct call *c, const char *vm,
    const char *timeout)
{
	return call_fail(c, "VM_SHUTDOWN_TIMEOUT",
	    (const char *const[]){ vm, timeout },
	    2);
}

int
fail_vm_snapshot_failed(struct call *c, const char *const params[])
{
	return call_fail(c, "VM_SNAPSHOT_FAILED",
	    params, list_length(params));
}

int
fail_vm_snapshot_with_quiesce_failed(struct call *c, const char *vm)
{
	return call_fail(c, "VM_SNAPSHOT_WITH_QUIESCE_FAILED",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_snapshot_with_quiesce_not_supported(struct call *c, const char *vm,
    const char *error)
{
	return call_fail(c, "VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED",
	    (const char *const[]){ vm, error },
	    2);
}

int
fail_vm_snapshot_with_quiesce_plugin_deos_not_respond(struct call *c,
    const char *vm)
{
	return call_fail(c, "VM_SNAPSHOT_WITH_QUIESCE_PLUGIN_DEOS_NOT_RESPOND",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_snapshot_with_quiesce_timeout(struct call *c, const char *vm)
{
	return call_fail(c, "VM_SNAPSHOT_WITH_QUIESCE_TIMEOUT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_suspend_timeout(struct call *c, const char *vm,
    const char *timeout)
{
	return call_fail(c, "VM_SUSPEND_TIMEOUT",
	    (const char *const[]){ vm, timeout },
	    2);
}

int
fail_vm_too_many_vcpus(struct call *c, const char *vm)
{
	return call_fail(c, "VM_TOO_MANY_VCPUS",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vm_to_import_is_not_newer_version(struct call *c, const char *vm,
    const char *existing_version, const char *version_to_import)
{
	return call_fail(c, "VM_TO_IMPORT_IS_NOT_NEWER_VERSION",
	    (const char *const[]){ vm, existing_version, version_to_import },
	    3);
}

int
fail_vm_unsafe_boot(struct call *c, const char *vm)
{
	return call_fail(c, "VM_UNSAFE_BOOT",
	    (const char *const[]){ vm },
	    1);
}

int
fail_vtpm_max_amount_reached(struct call *c, const char *amount)
{
	return call_fail(c, "VTPM_MAX_AMOUNT_REACHED",
	    (const char *const[]){ amount },
	    1);
}

int
fail_wlb_authentication_failed(struct call *c)
{
	return call_fail(c, "WLB_AUTHENTICATION_FAILED",
	    NULL, 0);
}

int
fail_wlb_connection_refused(struct call *c)
{
	return call_fail(c, "WLB_CONNECTION_REFUSED",
	    NULL, 0);
}

int
fail_wlb_connection_reset(struct call *c)
{
	return call_fail(c, "WLB_CONNECTION_RESET",
	    NULL, 0);
}

int
fail_wlb_disabled(struct call *c)
{
	return call_fail(c, "WLB_DISABLED",
	    NULL, 0);
}

int
fail_wlb_internal_error(struct call *c)
{
	return call_fail(c, "WLB_INTERNAL_ERROR",
	    NULL, 0);
}

int
fail_wlb_malformed_request(struct call *c)
{
	return call_fail(c, "WLB_MALFORMED_REQUEST",
	    NULL, 0);
}

int
fail_wlb_malformed_response(struct call *c, const char *method,
    const char *reason, const char *response)
{
	return call_fail(c, "WLB_MALFORMED_RESPONSE",
	    (const char *const[]){ method, reason, response },
	    3);
}

int
fail_wlb_not_initialized(struct call *c)
{
	return call_fail(c, "WLB_NOT_INITIALIZED",
	    NULL, 0);
}

int
fail_wlb_timeout(struct call *c, const char *configured_timeout)
{
	return call_fail(c, "WLB_TIMEOUT",
	    (const char *const[]){ configured_timeout },
	    1);
}

int
fail_wlb_unknown_host(struct call *c)
{
	return call_fail(c, "WLB_UNKNOWN_HOST",
	    NULL, 0);
}

int
fail_wlb_url_invalid(struct call *c, const char *url)
{
	return call_fail(c, "WLB_URL_INVALID",
	    (const char *const[]){ url },
	    1);
}

int
fail_wlb_xenserver_authentication_failed(struct call *c)
{
	return call_fail(c, "WLB_XENSERVER_AUTHENTICATION_FAILED",
	    NULL, 0);
}

int
fail_wlb_xenserver_connection_refused(struct call *c)
{
	return call_fail(c, "WLB_XENSERVER_CONNECTION_REFUSED",
	    NULL, 0);
}

int
fail_wlb_xenserver_malformed_response(struct call *c)
{
	return call_fail(c, "WLB_XENSERVER_MALFORMED_RESPONSE",
	    NULL, 0);
}

int
fail_wlb_xenserver_timeout(struct call *c)
{
	return call_fail(c, "WLB_XENSERVER_TIMEOUT",
	    NULL, 0);
}

int
fail_wlb_xenserver_unknown_host(struct call *c)
{
	return call_fail(c, "WLB_XENSERVER_UNKNOWN_HOST",
	    NULL, 0);
}

int
fail_xapi_hook_failed(struct call *c, const char *hook_name,
    const char *reason, const char *stdout_, const char *exit_code)
{
	return call_fail(c, "XAPI_HOOK_FAILED",
	    (const char *const[]){ hook_name, reason, stdout_, exit_code },
	    4);
}

int
fail_xenapi_missing_plugin(struct call *c, const char *name)
{
	return call_fail(c, "XENAPI_MISSING_PLUGIN",
	    (const char *const[]){ name },
	    1);
}

int
fail_xenapi_plugin_failure(struct call *c, const char *status,
    const char *stdout_, const char *stderr_)
{
	return call_fail(c, "XENAPI_PLUGIN_FAILURE",
	    (const char *const[]){ status, stdout_, stderr_ },
	    3);
}

int
fail_xen_incompatible(struct call *c)
{
	return call_fail(c, "XEN_INCOMPATIBLE",
	    NULL, 0);
}

int
fail_xen_vss_req_error_adding_volume_to_snapset_failed(struct call *c,
    const char *vm, const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_ADDING_VOLUME_TO_SNAPSET_FAILED",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_creating_snapshot(struct call *c, const char *vm,
    const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_CREATING_SNAPSHOT",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_creating_snapshot_xml_string(struct call *c,
    const char *vm, const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_CREATING_SNAPSHOT_XML_STRING",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_init_failed(struct call *c, const char *vm,
    const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_INIT_FAILED",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_no_volumes_supported(struct call *c, const char *vm,
    const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_NO_VOLUMES_SUPPORTED",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_preparing_writers(struct call *c, const char *vm,
    const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_PREPARING_WRITERS",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_prov_not_loaded(struct call *c, const char *vm,
    const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_PROV_NOT_LOADED",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xen_vss_req_error_start_snapshot_set_failed(struct call *c,
    const char *vm, const char *error_code)
{
	return call_fail(c, "XEN_VSS_REQ_ERROR_START_SNAPSHOT_SET_FAILED",
	    (const char *const[]){ vm, error_code },
	    2);
}

int
fail_xmlrpc_unmarshal_failure(struct call *c, const char *expected,
    const char *received)
{
	return call_fail(c, "XMLRPC_UNMARSHAL_FAILURE",
	    (const char *const[]){ expected, received },
	    2);
}
