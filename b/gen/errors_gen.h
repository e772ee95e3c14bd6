/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: a function for every error */

#ifndef XAPID_ERRORS_GEN_H
#define XAPID_ERRORS_GEN_H

struct call;

/* Puts the error into the call and answers -1; copies what it is given.
 * Written by the core. */
int call_fail(struct call *c, const char *code, const char *const params[],
    unsigned n);

/* Those whose parameters are not fixed take a NULL-terminated list; NULL is an
 * empty one. */

int fail_activation_while_not_free(struct call *c);
int fail_address_violates_locking_constraint(struct call *c,
    const char *address);
int fail_apply_guidance_failed(struct call *c, const char *ref);
int fail_apply_livepatch_failed(struct call *c, const char *livepatch);
int fail_apply_updates_failed(struct call *c, const char *ref);
int fail_apply_updates_in_progress(struct call *c);
int fail_auth_already_enabled(struct call *c, const char *current_auth_type,
    const char *current_service_name);
int fail_auth_disable_failed(struct call *c, const char *message);
int fail_auth_disable_failed_permission_denied(struct call *c,
    const char *message);
int fail_auth_disable_failed_wrong_credentials(struct call *c,
    const char *message);
int fail_auth_enable_failed(struct call *c, const char *message);
int fail_auth_enable_failed_domain_lookup_failed(struct call *c,
    const char *message);
int fail_auth_enable_failed_invalid_account(struct call *c,
    const char *message);
int fail_auth_enable_failed_invalid_ou(struct call *c, const char *message);
int fail_auth_enable_failed_invalid_trusted_certs(struct call *c,
    const char *message);
int fail_auth_enable_failed_no_support_encrypt_type(struct call *c,
    const char *const params[]);
int fail_auth_enable_failed_no_trusted_certs(struct call *c,
    const char *message);
int fail_auth_enable_failed_permission_denied(struct call *c,
    const char *message);
int fail_auth_enable_failed_unavailable(struct call *c, const char *message);
int fail_auth_enable_failed_wrong_credentials(struct call *c,
    const char *message);
int fail_auth_invalid_trusted_certs(struct call *c, const char *message);
int fail_auth_is_disabled(struct call *c);
int fail_auth_no_trusted_certs(struct call *c, const char *message);
int fail_auth_service_error(struct call *c, const char *message);
int fail_auth_setup_tls_connection(struct call *c, const char *message);
int fail_auth_set_ldaps_failed(struct call *c, const char *host,
    const char *message);
int fail_auth_unknown_type(struct call *c, const char *type);
int fail_backup_script_failed(struct call *c, const char *log);
int fail_ballooning_disabled(struct call *c, const char *const params[]);
int fail_ballooning_timeout_before_migration(struct call *c, const char *vm);
int fail_blocked_repo_url(struct call *c, const char *url);
int fail_bootloader_failed(struct call *c, const char *vm, const char *msg);
int fail_boot_device_passthrough_disallowed(struct call *c, const char *device);
int fail_bridge_name_exists(struct call *c, const char *bridge);
int fail_bridge_not_available(struct call *c, const char *bridge);
int fail_bundle_repository_already_exists(struct call *c, const char *ref);
int fail_bundle_repo_not_enabled(struct call *c);
int fail_bundle_sync_failed(struct call *c);
int fail_bundle_unpack_failed(struct call *c, const char *error);
int fail_cannot_add_tunnel_to_bond_slave(struct call *c, const char *pif);
int fail_cannot_add_tunnel_to_sriov_logical(struct call *c, const char *pif);
int fail_cannot_add_tunnel_to_vlan_on_sriov_logical(struct call *c,
    const char *pif);
int fail_cannot_add_vlan_to_bond_slave(struct call *c, const char *pif);
int fail_cannot_change_pif_properties(struct call *c, const char *pif);
int fail_cannot_contact_host(struct call *c, const char *host);
int fail_cannot_create_state_file(struct call *c);
int fail_cannot_destroy_disaster_recovery_task(struct call *c,
    const char *reason);
int fail_cannot_destroy_system_network(struct call *c, const char *network);
int fail_cannot_enable_redo_log(struct call *c, const char *reason);
int fail_cannot_evacuate_host(struct call *c, const char *errors);
int fail_cannot_fetch_patch(struct call *c, const char *uuid);
int fail_cannot_find_oem_backup_partition(struct call *c);
int fail_cannot_find_patch(struct call *c);
int fail_cannot_find_state_partition(struct call *c);
int fail_cannot_find_update(struct call *c);
int fail_cannot_forget_sriov_logical(struct call *c, const char *pif);
int fail_cannot_plug_bond_slave(struct call *c, const char *pif);
int fail_cannot_plug_vif(struct call *c, const char *vif);
int fail_cannot_reset_control_domain(struct call *c, const char *vm);
int fail_cannot_restart_device_model(struct call *c, const char *ref);
int fail_can_not_periodic_sync_updates(struct call *c);
int fail_can_not_sync_updates(struct call *c);
int fail_ca_certificate_expired(struct call *c, const char *const params[]);
int fail_ca_certificate_invalid(struct call *c, const char *const params[]);
int fail_ca_certificate_not_valid_yet(struct call *c,
    const char *const params[]);
int fail_certificate_already_exists(struct call *c, const char *name);
int fail_certificate_corrupt(struct call *c, const char *name);
int fail_certificate_does_not_exist(struct call *c, const char *name);
int fail_certificate_lacks_purpose(struct call *c);
int fail_certificate_library_corrupt(struct call *c);
int fail_certificate_name_invalid(struct call *c, const char *name);
int fail_cert_refresh_in_progress(struct call *c, const char *const params[]);
int fail_change_password_rejected(struct call *c, const char *msg);
int fail_client_error(struct call *c, const char *const params[]);
int fail_clustered_sr_degraded(struct call *c, const char *sr);
int fail_clustering_disabled(struct call *c, const char *cluster_host);
int fail_clustering_enabled(struct call *c, const char *cluster_host);
int fail_cluster_already_exists(struct call *c);
int fail_cluster_create_in_progress(struct call *c);
int fail_cluster_does_not_have_one_node(struct call *c,
    const char *number_of_nodes);
int fail_cluster_force_destroy_failed(struct call *c, const char *cluster);
int fail_cluster_has_no_certificate(struct call *c, const char *const params[]);
int fail_cluster_host_is_last(struct call *c, const char *cluster_host);
int fail_cluster_host_not_joined(struct call *c, const char *cluster_host);
int fail_cluster_stack_in_use(struct call *c, const char *cluster_stack);
int fail_configure_repositories_in_progress(struct call *c);
int fail_could_not_find_network_interface_with_specified_device_name_and_mac_address(struct call *c,
    const char *device, const char *mac);
int fail_could_not_import_database(struct call *c, const char *reason);
int fail_could_not_update_igmp_snooping_everywhere(struct call *c);
int fail_cpu_feature_masking_not_supported(struct call *c, const char *details);
int fail_createrepo_failed(struct call *c, const char *const params[]);
int fail_crl_already_exists(struct call *c, const char *name);
int fail_crl_corrupt(struct call *c, const char *name);
int fail_crl_does_not_exist(struct call *c, const char *name);
int fail_crl_name_invalid(struct call *c, const char *name);
int fail_db_uniqueness_constraint_violation(struct call *c, const char *table,
    const char *field, const char *value);
int fail_default_sr_not_found(struct call *c, const char *sr);
int fail_designate_new_master_in_progress(struct call *c,
    const char *const params[]);
int fail_device_already_attached(struct call *c, const char *device);
int fail_device_already_detached(struct call *c, const char *device);
int fail_device_already_exists(struct call *c, const char *device);
int fail_device_attach_timeout(struct call *c, const char *type,
    const char *ref);
int fail_device_detach_rejected(struct call *c, const char *type,
    const char *ref, const char *msg);
int fail_device_detach_timeout(struct call *c, const char *type,
    const char *ref);
int fail_device_not_attached(struct call *c, const char *vbd);
int fail_disable_ssh_failed(struct call *c, const char *host);
int fail_disable_ssh_partially_failed(struct call *c, const char *hosts);
int fail_disk_vbd_must_be_readwrite_for_hvm(struct call *c, const char *vbd);
int fail_domain_builder_error(struct call *c, const char *function,
    const char *code, const char *message);
int fail_domain_exists(struct call *c, const char *vm, const char *domid);
int fail_duplicate_mac_seed(struct call *c, const char *seed);
int fail_duplicate_pif_device_name(struct call *c, const char *device);
int fail_duplicate_vm(struct call *c, const char *vm);
int fail_enable_ssh_failed(struct call *c, const char *host);
int fail_enable_ssh_partially_failed(struct call *c, const char *hosts);
int fail_events_lost(struct call *c);
int fail_event_from_token_parse_failure(struct call *c, const char *token);
int fail_event_subscription_parse_failure(struct call *c,
    const char *subscription);
int fail_extension_protocol_failure(struct call *c, const char *const params[]);
int fail_failed_to_start_emulator(struct call *c, const char *vm,
    const char *name, const char *msg);
int fail_feature_requires_hvm(struct call *c, const char *details);
int fail_feature_restricted(struct call *c);
int fail_field_type_error(struct call *c, const char *field);
int fail_get_host_updates_failed(struct call *c, const char *ref);
int fail_get_updates_failed(struct call *c);
int fail_get_updates_in_progress(struct call *c, const char *const params[]);
int fail_gpu_group_contains_no_pgpus(struct call *c, const char *gpu_group);
int fail_gpu_group_contains_pgpu(struct call *c, const char *pgpus);
int fail_gpu_group_contains_vgpu(struct call *c, const char *vgpus);
int fail_handle_invalid(struct call *c, const char *class, const char *handle);
int fail_ha_abort_new_master(struct call *c, const char *reason);
int fail_ha_cannot_change_bond_status_of_mgmt_iface(struct call *c);
int fail_ha_constraint_violation_network_not_shared(struct call *c,
    const char *network);
int fail_ha_constraint_violation_sr_not_shared(struct call *c, const char *sr);
int fail_ha_disable_in_progress(struct call *c);
int fail_ha_enable_in_progress(struct call *c);
int fail_ha_failed_to_form_liveset(struct call *c);
int fail_ha_heartbeat_daemon_startup_failed(struct call *c);
int fail_ha_host_cannot_access_statefile(struct call *c);
int fail_ha_host_cannot_see_peers(struct call *c, const char *host,
    const char *all, const char *subset);
int fail_ha_host_is_armed(struct call *c, const char *host);
int fail_ha_is_enabled(struct call *c);
int fail_ha_lost_statefile(struct call *c);
int fail_ha_not_enabled(struct call *c);
int fail_ha_not_installed(struct call *c, const char *host);
int fail_ha_no_plan(struct call *c);
int fail_ha_operation_would_break_failover_plan(struct call *c);
int fail_ha_pool_is_enabled_but_host_is_disabled(struct call *c);
int fail_ha_should_be_fenced(struct call *c, const char *host);
int fail_ha_too_few_hosts(struct call *c);
int fail_hosts_failed_to_disable_caching(struct call *c,
    const char *const params[]);
int fail_hosts_failed_to_enable_caching(struct call *c,
    const char *const params[]);
int fail_hosts_not_compatible(struct call *c);
int fail_hosts_not_homogeneous(struct call *c, const char *reason);
int fail_host_broken(struct call *c);
int fail_host_cannot_attach_network(struct call *c, const char *host,
    const char *network);
int fail_host_cannot_destroy_self(struct call *c, const char *host);
int fail_host_cannot_read_metrics(struct call *c);
int fail_host_cannot_see_sr(struct call *c, const char *const params[]);
int fail_host_cd_drive_empty(struct call *c);
int fail_host_disabled(struct call *c, const char *host);
int fail_host_disabled_indefinitely(struct call *c, const char *host);
int fail_host_disabled_until_reboot(struct call *c, const char *host);
int fail_host_driver_no_hardware(struct call *c, const char *driver_variant);
int fail_host_evacuate_in_progress(struct call *c, const char *host);
int fail_host_evacuate_vm_not_ha_protected(struct call *c, const char *vm);
int fail_host_evacuation_is_required(struct call *c, const char *host);
int fail_host_has_no_management_ip(struct call *c);
int fail_host_has_resident_vms(struct call *c, const char *host);
int fail_host_in_emergency_mode(struct call *c);
int fail_host_in_use(struct call *c, const char *host, const char *type,
    const char *ref);
int fail_host_is_live(struct call *c, const char *host);
int fail_host_is_slave(struct call *c, const char *master_ip_address);
int fail_host_its_own_slave(struct call *c);
int fail_host_master_cannot_talk_back(struct call *c, const char *ip);
int fail_host_name_invalid(struct call *c, const char *reason);
int fail_host_not_disabled(struct call *c);
int fail_host_not_enough_free_memory(struct call *c, const char *needed,
    const char *available);
int fail_host_not_enough_pcpus(struct call *c, const char *vcpus,
    const char *pcpus);
int fail_host_not_live(struct call *c);
int fail_host_offline(struct call *c, const char *host);
int fail_host_pending_mandatory_guidance_not_empty(struct call *c,
    const char *host);
int fail_host_power_on_mode_disabled(struct call *c);
int fail_host_still_booting(struct call *c);
int fail_host_unknown_to_master(struct call *c, const char *host);
int fail_host_xapi_version_higher_than_coordinator(struct call *c,
    const char *host_xapi_version);
int fail_illegal_in_fips_mode(struct call *c, const char *const params[]);
int fail_illegal_vbd_device(struct call *c, const char *vbd,
    const char *device);
int fail_import_error(struct call *c, const char *msg);
int fail_import_error_attached_disks_not_found(struct call *c);
int fail_import_error_cannot_handle_chunked(struct call *c);
int fail_import_error_failed_to_find_object(struct call *c, const char *id);
int fail_import_error_premature_eof(struct call *c);
int fail_import_error_some_checksums_failed(struct call *c);
int fail_import_error_unexpected_file(struct call *c,
    const char *filename_expected, const char *filename_found);
int fail_import_incompatible_version(struct call *c);
int fail_incompatible_cluster_stack_active(struct call *c,
    const char *cluster_stack);
int fail_incompatible_pif_properties(struct call *c);
int fail_incompatible_statefile_sr(struct call *c, const char *sr_type);
int fail_interface_has_no_ip(struct call *c, const char *interface);
int fail_internal_error(struct call *c, const char *message);
int fail_invalid_base_url(struct call *c, const char *url);
int fail_invalid_cidr_address_specified(struct call *c, const char *parameter);
int fail_invalid_cluster_stack(struct call *c, const char *cluster_stack);
int fail_invalid_device(struct call *c, const char *device);
int fail_invalid_edition(struct call *c, const char *edition);
int fail_invalid_feature_string(struct call *c, const char *details);
int fail_invalid_gpgkey_path(struct call *c, const char *gpgkey_path);
int fail_invalid_ip_address_specified(struct call *c, const char *parameter);
int fail_invalid_ntp_config(struct call *c, const char *reason);
int fail_invalid_patch(struct call *c);
int fail_invalid_patch_with_log(struct call *c, const char *log);
int fail_invalid_repomd_xml(struct call *c);
int fail_invalid_repository_domain_allowlist(struct call *c,
    const char *domains);
int fail_invalid_repository_proxy_credential(struct call *c);
int fail_invalid_repository_proxy_url(struct call *c, const char *url);
int fail_invalid_update(struct call *c, const char *info);
int fail_invalid_updateinfo_xml(struct call *c);
int fail_invalid_update_sync_day(struct call *c, const char *day);
int fail_invalid_value(struct call *c, const char *field, const char *value);
int fail_is_tunnel_access_pif(struct call *c, const char *pif);
int fail_joining_host_cannot_be_master_of_other_hosts(struct call *c);
int fail_joining_host_cannot_contain_shared_srs(struct call *c);
int fail_joining_host_cannot_have_running_or_suspended_vms(struct call *c);
int fail_joining_host_cannot_have_running_vms(struct call *c);
int fail_joining_host_cannot_have_vms_with_current_operations(struct call *c);
int fail_joining_host_connection_failed(struct call *c);
int fail_joining_host_service_failed(struct call *c);
int fail_licence_restriction(struct call *c, const char *feature);
int fail_license_cannot_downgrade_while_in_pool(struct call *c);
int fail_license_checkout_error(struct call *c, const char *code,
    const char *message);
int fail_license_does_not_support_pooling(struct call *c);
int fail_license_does_not_support_xha(struct call *c);
int fail_license_expired(struct call *c);
int fail_license_file_deprecated(struct call *c);
int fail_license_host_pool_mismatch(struct call *c);
int fail_license_processing_error(struct call *c);
int fail_location_not_unique(struct call *c, const char *sr,
    const char *location);
int fail_mac_does_not_exist(struct call *c, const char *mac);
int fail_mac_invalid(struct call *c, const char *mac);
int fail_mac_still_exists(struct call *c, const char *mac);
int fail_map_duplicate_key(struct call *c, const char *type,
    const char *param_name, const char *uuid, const char *key);
int fail_memory_constraint_violation(struct call *c, const char *constraint);
int fail_memory_constraint_violation_maxpin(struct call *c, const char *reason);
int fail_memory_constraint_violation_order(struct call *c);
int fail_message_deprecated(struct call *c);
int fail_message_method_unknown(struct call *c, const char *method);
int fail_message_parameter_count_mismatch(struct call *c, const char *method,
    const char *expected, const char *received);
int fail_message_removed(struct call *c);
int fail_mirror_failed(struct call *c, const char *vdi);
int fail_missing_connection_details(struct call *c);
int fail_multiple_update_repositories_enabled(struct call *c);
int fail_network_already_connected(struct call *c, const char *network,
    const char *connected_pif);
int fail_network_contains_pif(struct call *c, const char *pifs);
int fail_network_contains_vif(struct call *c, const char *vifs);
int fail_network_has_incompatible_sriov_pifs(struct call *c, const char *pif,
    const char *network);
int fail_network_has_incompatible_vlan_on_sriov_pifs(struct call *c,
    const char *pif, const char *network);
int fail_network_incompatible_purposes(struct call *c, const char *new_purpose,
    const char *conflicting_purpose);
int fail_network_incompatible_with_bond(struct call *c, const char *network);
int fail_network_incompatible_with_sriov(struct call *c, const char *network);
int fail_network_incompatible_with_trunks(struct call *c, const char *network);
int fail_network_incompatible_with_tunnel(struct call *c, const char *network);
int fail_network_incompatible_with_vlan_on_bridge(struct call *c,
    const char *network);
int fail_network_incompatible_with_vlan_on_sriov(struct call *c,
    const char *network);
int fail_network_sriov_already_enabled(struct call *c, const char *pif);
int fail_network_sriov_disable_failed(struct call *c, const char *pif,
    const char *msg);
int fail_network_sriov_enable_failed(struct call *c, const char *pif,
    const char *msg);
int fail_network_sriov_insufficient_capacity(struct call *c,
    const char *network);
int fail_network_unmanaged(struct call *c, const char *network);
int fail_not_allowed_on_oem_edition(struct call *c, const char *command);
int fail_not_allowed_when_ntp_is_enabled(struct call *c, const char *host);
int fail_not_implemented(struct call *c, const char *function);
int fail_not_in_emergency_mode(struct call *c);
int fail_not_supported_during_upgrade(struct call *c);
int fail_not_system_domain(struct call *c, const char *vm);
int fail_not_trusted_certificate(struct call *c, const char *ref);
int fail_no_cluster_hosts_reachable(struct call *c, const char *cluster);
int fail_no_compatible_cluster_host(struct call *c, const char *host);
int fail_no_hosts_available(struct call *c);
int fail_no_local_storage(struct call *c, const char *const params[]);
int fail_no_more_redo_logs_allowed(struct call *c);
int fail_no_repositories_configured(struct call *c);
int fail_no_repository_enabled(struct call *c);
int fail_nvidia_sriov_misconfigured(struct call *c, const char *host,
    const char *device_name);
int fail_nvidia_tools_error(struct call *c, const char *host);
int fail_object_nolonger_exists(struct call *c);
int fail_only_allowed_on_oem_edition(struct call *c, const char *command);
int fail_openvswitch_not_active(struct call *c);
int fail_operation_blocked(struct call *c, const char *ref, const char *code);
int fail_operation_not_allowed(struct call *c, const char *reason);
int fail_operation_partially_failed(struct call *c, const char *operation);
int fail_other_operation_in_progress(struct call *c, const char *class,
    const char *object, const char *operation_type,
    const char *operation_ref);
int fail_out_of_space(struct call *c, const char *location);
int fail_patch_already_applied(struct call *c, const char *patch);
int fail_patch_already_exists(struct call *c, const char *uuid);
int fail_patch_apply_failed(struct call *c, const char *output);
int fail_patch_apply_failed_backup_files_exist(struct call *c,
    const char *output);
int fail_patch_is_applied(struct call *c);
int fail_patch_precheck_failed_iso_mounted(struct call *c, const char *patch);
int fail_patch_precheck_failed_out_of_space(struct call *c, const char *patch,
    const char *found_space, const char *required_required);
int fail_patch_precheck_failed_prerequisite_missing(struct call *c,
    const char *patch, const char *prerequisite_patch_uuid_list);
int fail_patch_precheck_failed_unknown_error(struct call *c, const char *patch,
    const char *info);
int fail_patch_precheck_failed_vm_running(struct call *c, const char *patch);
int fail_patch_precheck_failed_wrong_server_build(struct call *c,
    const char *patch, const char *found_build, const char *required_build);
int fail_patch_precheck_failed_wrong_server_version(struct call *c,
    const char *patch, const char *found_version,
    const char *required_version);
int fail_pbd_exists(struct call *c, const char *sr, const char *host,
    const char *pbd);
int fail_permission_denied(struct call *c, const char *message);
int fail_pgpu_insufficient_capacity_for_vgpu(struct call *c, const char *pgpu,
    const char *vgpu_type);
int fail_pgpu_in_use_by_vm(struct call *c, const char *vms);
int fail_pgpu_not_compatible_with_gpu_group(struct call *c, const char *type,
    const char *group_types);
int fail_pif_allows_unplug(struct call *c, const char *pif);
int fail_pif_already_bonded(struct call *c, const char *pif);
int fail_pif_bond_more_than_one_ip(struct call *c);
int fail_pif_bond_needs_more_members(struct call *c);
int fail_pif_cannot_bond_cross_host(struct call *c);
int fail_pif_configuration_error(struct call *c, const char *pif,
    const char *msg);
int fail_pif_device_not_found(struct call *c);
int fail_pif_does_not_allow_unplug(struct call *c, const char *pif);
int fail_pif_has_fcoe_sr_in_use(struct call *c, const char *pif,
    const char *sr);
int fail_pif_has_no_network_configuration(struct call *c, const char *pif);
int fail_pif_has_no_v6_network_configuration(struct call *c, const char *pif);
int fail_pif_incompatible_primary_address_type(struct call *c, const char *pif);
int fail_pif_is_management_interface(struct call *c, const char *pif);
int fail_pif_is_not_physical(struct call *c, const char *pif);
int fail_pif_is_not_sriov_capable(struct call *c, const char *pif);
int fail_pif_is_physical(struct call *c, const char *pif);
int fail_pif_is_sriov_logical(struct call *c, const char *pif);
int fail_pif_is_vlan(struct call *c, const char *pif);
int fail_pif_not_attached_to_host(struct call *c, const char *pif,
    const char *host);
int fail_pif_not_present(struct call *c, const char *host, const char *network);
int fail_pif_sriov_still_exists(struct call *c, const char *pif);
int fail_pif_tunnel_still_exists(struct call *c, const char *pif);
int fail_pif_unmanaged(struct call *c, const char *pif);
int fail_pif_vlan_exists(struct call *c, const char *pif);
int fail_pif_vlan_still_exists(struct call *c, const char *pif);
int fail_pool_auth_already_enabled(struct call *c, const char *host);
int fail_pool_auth_disable_failed(struct call *c, const char *host,
    const char *message);
int fail_pool_auth_disable_failed_invalid_account(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_disable_failed_permission_denied(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_disable_failed_wrong_credentials(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed(struct call *c, const char *host,
    const char *message);
int fail_pool_auth_enable_failed_domain_lookup_failed(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_duplicate_hostname(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_invalid_account(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_invalid_ou(struct call *c, const char *host,
    const char *message);
int fail_pool_auth_enable_failed_invalid_trusted_certs(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_no_support_encrypt_type(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_no_trusted_certs(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_permission_denied(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_setup_tls_connection(struct call *c,
    const char *host, const char *message);
int fail_pool_auth_enable_failed_unavailable(struct call *c, const char *host,
    const char *message);
int fail_pool_auth_enable_failed_wrong_credentials(struct call *c,
    const char *host, const char *message);
int fail_pool_joining_external_auth_mismatch(struct call *c);
int fail_pool_joining_host_ca_certificates_conflict(struct call *c);
int fail_pool_joining_host_has_bonds(struct call *c);
int fail_pool_joining_host_has_network_sriovs(struct call *c);
int fail_pool_joining_host_has_non_management_vlans(struct call *c);
int fail_pool_joining_host_has_tunnels(struct call *c);
int fail_pool_joining_host_management_vlan_does_not_match(struct call *c,
    const char *local, const char *remote);
int fail_pool_joining_host_must_have_only_one_ip_on_clustering_network(struct call *c);
int fail_pool_joining_host_must_have_physical_management_nic(struct call *c);
int fail_pool_joining_host_must_have_same_api_version(struct call *c,
    const char *host_api_version, const char *master_api_version);
int fail_pool_joining_host_must_have_same_db_schema(struct call *c,
    const char *host_db_schema, const char *master_db_schema);
int fail_pool_joining_host_must_have_same_product_version(struct call *c);
int fail_pool_joining_host_must_only_have_physical_pifs(struct call *c);
int fail_pool_joining_host_tls_verification_mismatch(struct call *c);
int fail_pool_joining_host_trusted_certificates_conflict(struct call *c,
    const char *ref_in_pool, const char *ref_on_host);
int fail_pool_joining_master_certificate_not_in_pool_bundle(struct call *c,
    const char *master_uuid);
int fail_pool_joining_pool_bundle_empty_after_import(struct call *c,
    const char *bundle_path);
int fail_pool_joining_pool_cannot_enable_clustering_on_vlan_network(struct call *c,
    const char *vlan);
int fail_pool_joining_sm_features_incompatible(struct call *c,
    const char *pool_sm_ref, const char *candidate_sm_ref);
int fail_pool_secret_rotation_pending(struct call *c,
    const char *const params[]);
int fail_provision_failed_out_of_space(struct call *c);
int fail_provision_only_allowed_on_template(struct call *c);
int fail_pusb_vdi_conflict(struct call *c, const char *pusb, const char *vdi);
int fail_pvs_cache_storage_already_present(struct call *c, const char *site,
    const char *host);
int fail_pvs_cache_storage_is_in_use(struct call *c,
    const char *pvs_cache_storage);
int fail_pvs_proxy_already_present(struct call *c, const char *proxies);
int fail_pvs_proxy_present_on_higher_vif_device(struct call *c,
    const char *device);
int fail_pvs_server_address_in_use(struct call *c, const char *address);
int fail_pvs_site_contains_running_proxies(struct call *c, const char *proxies);
int fail_pvs_site_contains_servers(struct call *c, const char *servers);
int fail_pvs_vif_must_be_first_device(struct call *c);
int fail_rbac_permission_denied(struct call *c, const char *permission,
    const char *message);
int fail_redo_log_is_enabled(struct call *c);
int fail_repository_already_exists(struct call *c, const char *ref);
int fail_repository_cleanup_failed(struct call *c);
int fail_repository_is_in_use(struct call *c);
int fail_reposync_failed(struct call *c);
int fail_repo_should_be_single_one_enabled(struct call *c);
int fail_required_pif_is_unplugged(struct call *c, const char *pif);
int fail_restore_incompatible_version(struct call *c);
int fail_restore_script_failed(struct call *c, const char *log);
int fail_restore_target_mgmt_if_not_in_backup(struct call *c);
int fail_restore_target_missing_device(struct call *c, const char *device);
int fail_revert_only_allowed_on_snapshot(struct call *c,
    const char *const params[]);
int fail_role_already_exists(struct call *c);
int fail_role_not_found(struct call *c);
int fail_server_certificate_chain_invalid(struct call *c);
int fail_server_certificate_expired(struct call *c, const char *now,
    const char *not_after);
int fail_server_certificate_invalid(struct call *c);
int fail_server_certificate_key_algorithm_not_supported(struct call *c,
    const char *algorithm_oid);
int fail_server_certificate_key_invalid(struct call *c);
int fail_server_certificate_key_mismatch(struct call *c);
int fail_server_certificate_key_rsa_length_not_supported(struct call *c,
    const char *length);
int fail_server_certificate_key_rsa_multi_not_supported(struct call *c);
int fail_server_certificate_not_valid_yet(struct call *c, const char *now,
    const char *not_before);
int fail_server_certificate_signature_not_supported(struct call *c);
int fail_session_authentication_failed(struct call *c);
int fail_session_authorization_failed(struct call *c, const char *username,
    const char *msg);
int fail_session_invalid(struct call *c, const char *handle);
int fail_session_not_registered(struct call *c, const char *handle);
int fail_set_console_timeout_partially_failed(struct call *c,
    const char *hosts);
int fail_set_ssh_auto_mode_partially_failed(struct call *c, const char *hosts);
int fail_set_ssh_timeout_partially_failed(struct call *c, const char *hosts);
int fail_slave_requires_management_interface(struct call *c);
int fail_sm_plugin_communication_failure(struct call *c, const char *sm);
int fail_sr_attached(struct call *c, const char *const params[]);
int fail_sr_attach_failed(struct call *c, const char *sr);
int fail_sr_backend_failure(struct call *c, const char *status,
    const char *stdout_, const char *stderr_);
int fail_sr_device_in_use(struct call *c);
int fail_sr_does_not_support_migration(struct call *c, const char *sr,
    const char *capabilities);
int fail_sr_full(struct call *c, const char *requested, const char *maximum);
int fail_sr_has_multiple_pbds(struct call *c, const char *pbd);
int fail_sr_has_no_pbds(struct call *c, const char *sr);
int fail_sr_has_pbd(struct call *c, const char *sr);
int fail_sr_indestructible(struct call *c, const char *sr);
int fail_sr_is_cache_sr(struct call *c, const char *host);
int fail_sr_not_attached(struct call *c, const char *sr);
int fail_sr_not_empty(struct call *c);
int fail_sr_not_sharable(struct call *c, const char *sr, const char *host);
int fail_sr_not_shared(struct call *c, const char *const params[]);
int fail_sr_operation_not_supported(struct call *c, const char *sr);
int fail_sr_requires_upgrade(struct call *c, const char *sr);
int fail_sr_source_space_insufficient(struct call *c, const char *sr);
int fail_sr_suspend_space_insufficient(struct call *c, const char *sr);
int fail_sr_unhealthy(struct call *c, const char *sr, const char *health,
    const char *fix);
int fail_sr_unknown_driver(struct call *c, const char *driver);
int fail_sr_uuid_exists(struct call *c, const char *uuid);
int fail_sr_vdi_locking_failed(struct call *c);
int fail_ssl_verify_error(struct call *c, const char *reason);
int fail_subject_already_exists(struct call *c);
int fail_subject_cannot_be_resolved(struct call *c);
int fail_suspend_image_not_accessible(struct call *c, const char *vdi);
int fail_suspend_vdi_replacement_is_not_identical(struct call *c,
    const char *const params[]);
int fail_sync_bundle_in_progress(struct call *c);
int fail_sync_updates_in_progress(struct call *c);
int fail_sysprep(struct call *c, const char *vm, const char *message);
int fail_system_status_must_use_tar_on_oem(struct call *c);
int fail_system_status_retrieval_failed(struct call *c, const char *reason);
int fail_task_cancelled(struct call *c, const char *task);
int fail_telemetry_next_collection_too_late(struct call *c,
    const char *timestamp);
int fail_tls_connection_failed(struct call *c, const char *address,
    const char *port);
int fail_tls_verification_enable_in_progress(struct call *c,
    const char *const params[]);
int fail_tls_verification_not_enabled_in_pool(struct call *c);
int fail_too_busy(struct call *c);
int fail_too_many_groups(struct call *c);
int fail_too_many_pending_tasks(struct call *c);
int fail_too_many_storage_migrates(struct call *c, const char *number);
int fail_too_many_vusbs(struct call *c, const char *number);
int fail_transport_pif_not_configured(struct call *c, const char *pif);
int fail_trusted_certificate_already_exists(struct call *c,
    const char *fingerprint);
int fail_trusted_certificate_expired(struct call *c, const char *now,
    const char *not_after);
int fail_trusted_certificate_invalid(struct call *c);
int fail_trusted_certificate_not_valid_yet(struct call *c, const char *now,
    const char *not_before);
int fail_unimplemented_in_sm_backend(struct call *c, const char *message);
int fail_unknown_bootloader(struct call *c, const char *vm,
    const char *bootloader);
int fail_updateinfo_hash_mismatch(struct call *c);
int fail_update_already_applied(struct call *c, const char *update);
int fail_update_already_applied_in_pool(struct call *c, const char *update);
int fail_update_already_exists(struct call *c, const char *uuid);
int fail_update_apply_failed(struct call *c, const char *output);
int fail_update_is_applied(struct call *c);
int fail_update_pool_apply_failed(struct call *c, const char *hosts);
int fail_update_precheck_failed_conflict_present(struct call *c,
    const char *update, const char *conflict_update);
int fail_update_precheck_failed_gpgkey_not_imported(struct call *c,
    const char *update);
int fail_update_precheck_failed_out_of_space(struct call *c,
    const char *update, const char *available_space,
    const char *required_space);
int fail_update_precheck_failed_prerequisite_missing(struct call *c,
    const char *update, const char *prerequisite_update);
int fail_update_precheck_failed_unknown_error(struct call *c,
    const char *update, const char *info);
int fail_update_precheck_failed_wrong_server_version(struct call *c,
    const char *update, const char *installed_version,
    const char *required_version);
int fail_update_syncing_remote_pool_coordinator_connection_failed(struct call *c);
int fail_update_syncing_remote_pool_coordinator_service_failed(struct call *c);
int fail_usb_already_attached(struct call *c, const char *pusb, const char *vm);
int fail_usb_group_conflict(struct call *c, const char *usb_group);
int fail_usb_group_contains_no_pusbs(struct call *c, const char *usb_group);
int fail_usb_group_contains_pusb(struct call *c, const char *pusbs);
int fail_usb_group_contains_vusb(struct call *c, const char *vusbs);
int fail_user_is_not_local_superuser(struct call *c, const char *msg);
int fail_uuid_invalid(struct call *c, const char *type, const char *uuid);
int fail_v6d_failure(struct call *c);
int fail_value_not_supported(struct call *c, const char *field,
    const char *value, const char *reason);
int fail_vbd_cds_must_be_readonly(struct call *c);
int fail_vbd_is_empty(struct call *c, const char *vbd);
int fail_vbd_missing(struct call *c, const char *const params[]);
int fail_vbd_not_empty(struct call *c, const char *vbd);
int fail_vbd_not_removable_media(struct call *c, const char *vbd);
int fail_vbd_not_unpluggable(struct call *c, const char *vbd);
int fail_vbd_tray_locked(struct call *c, const char *vbd);
int fail_vcpu_max_not_cores_per_socket_multiple(struct call *c,
    const char *vcpu_max, const char *cores_per_socket);
int fail_vdi_cbt_enabled(struct call *c, const char *vdi);
int fail_vdi_contains_metadata_of_this_pool(struct call *c, const char *vdi,
    const char *pool);
int fail_vdi_content_id_missing(struct call *c, const char *const params[]);
int fail_vdi_copy_failed(struct call *c);
int fail_vdi_has_rrds(struct call *c, const char *vdi);
int fail_vdi_incompatible_type(struct call *c, const char *vdi,
    const char *type);
int fail_vdi_in_use(struct call *c, const char *vdi, const char *operation);
int fail_vdi_io_error(struct call *c, const char *const params[]);
int fail_vdi_is_a_physical_device(struct call *c, const char *vdi);
int fail_vdi_is_encrypted(struct call *c, const char *vdi);
int fail_vdi_is_not_iso(struct call *c, const char *vdi, const char *type);
int fail_vdi_is_sharable(struct call *c, const char *const params[]);
int fail_vdi_location_missing(struct call *c, const char *sr,
    const char *location);
int fail_vdi_missing(struct call *c, const char *sr, const char *vdi);
int fail_vdi_needs_vm_for_migrate(struct call *c, const char *vdi);
int fail_vdi_not_available(struct call *c, const char *vdi);
int fail_vdi_not_in_map(struct call *c, const char *vdi);
int fail_vdi_not_managed(struct call *c, const char *vdi);
int fail_vdi_not_sparse(struct call *c, const char *vdi);
int fail_vdi_no_cbt_metadata(struct call *c, const char *vdi);
int fail_vdi_on_boot_mode_incompatible_with_operation(struct call *c);
int fail_vdi_readonly(struct call *c, const char *vdi);
int fail_vdi_too_large(struct call *c, const char *vdi,
    const char *maximum_size);
int fail_vdi_too_small(struct call *c, const char *vdi,
    const char *minimum_size);
int fail_vgpu_destination_incompatible(struct call *c, const char *reason,
    const char *vgpu, const char *host);
int fail_vgpu_guest_driver_limit(struct call *c, const char *reason,
    const char *vm, const char *host);
int fail_vgpu_suspension_not_supported(struct call *c, const char *reason,
    const char *vgpu, const char *host);
int fail_vgpu_type_not_compatible(struct call *c, const char *type);
int fail_vgpu_type_not_compatible_with_running_type(struct call *c,
    const char *pgpu, const char *type, const char *running_type);
int fail_vgpu_type_not_enabled(struct call *c, const char *type,
    const char *enabled_types);
int fail_vgpu_type_not_supported(struct call *c, const char *type,
    const char *supported_types);
int fail_vgpu_type_no_longer_supported(struct call *c, const char *type);
int fail_vif_in_use(struct call *c, const char *network, const char *vif);
int fail_vif_not_in_map(struct call *c, const char *vif);
int fail_vlan_in_use(struct call *c, const char *device, const char *vlan);
int fail_vlan_tag_invalid(struct call *c, const char *vlan);
int fail_vmpp_archive_more_frequent_than_backup(struct call *c);
int fail_vmpp_has_vm(struct call *c);
int fail_vmss_has_vm(struct call *c);
int fail_vms_failed_to_cooperate(struct call *c);
int fail_vm_assigned_to_protection_policy(struct call *c, const char *vm,
    const char *vmpp);
int fail_vm_assigned_to_snapshot_schedule(struct call *c, const char *vm,
    const char *vmss);
int fail_vm_attached_to_more_than_one_vdi_with_timeoffset_marked_as_reset_on_boot(struct call *c,
    const char *vm);
int fail_vm_bad_power_state(struct call *c, const char *vm,
    const char *expected, const char *actual);
int fail_vm_bios_strings_already_set(struct call *c);
int fail_vm_call_plugin_rate_limit(struct call *c, const char *vm,
    const char *interval, const char *wait);
int fail_vm_cannot_delete_default_template(struct call *c, const char *vm);
int fail_vm_checkpoint_resume_failed(struct call *c, const char *vm);
int fail_vm_checkpoint_suspend_failed(struct call *c, const char *vm);
int fail_vm_crashed(struct call *c, const char *vm);
int fail_vm_duplicate_vbd_device(struct call *c, const char *vm,
    const char *vbd, const char *device);
int fail_vm_failed_shutdown_acknowledgment(struct call *c, const char *vm);
int fail_vm_failed_suspend_acknowledgment(struct call *c, const char *vm);
int fail_vm_halted(struct call *c, const char *vm);
int fail_vm_has_checkpoint(struct call *c, const char *vm);
int fail_vm_has_no_suspend_vdi(struct call *c, const char *vm);
int fail_vm_has_pci_attached(struct call *c, const char *vm);
int fail_vm_has_sriov_vif(struct call *c, const char *vm);
int fail_vm_has_too_many_snapshots(struct call *c, const char *vm);
int fail_vm_has_vgpu(struct call *c, const char *vm);
int fail_vm_has_vusbs(struct call *c, const char *vm);
int fail_vm_host_incompatible_version(struct call *c, const char *host,
    const char *vm);
int fail_vm_host_incompatible_version_migrate(struct call *c, const char *host,
    const char *vm);
int fail_vm_host_incompatible_virtual_hardware_platform_version(struct call *c,
    const char *host, const char *host_versions, const char *vm,
    const char *vm_version);
int fail_vm_hvm_required(struct call *c, const char *vm);
int fail_vm_incompatible_with_this_host(struct call *c, const char *vm,
    const char *host, const char *reason);
int fail_vm_is_immobile(struct call *c, const char *vm);
int fail_vm_is_part_of_an_appliance(struct call *c, const char *vm,
    const char *appliance);
int fail_vm_is_protected(struct call *c, const char *vm);
int fail_vm_is_snapshot(struct call *c, const char *const params[]);
int fail_vm_is_template(struct call *c, const char *vm);
int fail_vm_is_using_nested_virt(struct call *c, const char *vm);
int fail_vm_lacks_feature(struct call *c, const char *vm);
int fail_vm_memory_size_too_low(struct call *c, const char *vm);
int fail_vm_memory_target_wait_timeout(struct call *c,
    const char *const params[]);
int fail_vm_migrate_contact_remote_service_failed(struct call *c);
int fail_vm_migrate_failed(struct call *c, const char *vm, const char *source,
    const char *destination, const char *msg);
int fail_vm_missing_pv_drivers(struct call *c, const char *vm);
int fail_vm_non_suspendable(struct call *c, const char *vm, const char *reason);
int fail_vm_not_resident_here(struct call *c, const char *vm, const char *host);
int fail_vm_no_crashdump_sr(struct call *c, const char *vm);
int fail_vm_no_empty_cd_vbd(struct call *c, const char *vm);
int fail_vm_no_suspend_sr(struct call *c, const char *vm);
int fail_vm_no_vcpus(struct call *c, const char *vm);
int fail_vm_old_pv_drivers(struct call *c, const char *vm, const char *major,
    const char *minor);
int fail_vm_pci_bus_full(struct call *c, const char *vm);
int fail_vm_pv_drivers_in_use(struct call *c, const char *vm);
int fail_vm_rebooted(struct call *c, const char *vm);
int fail_vm_requires_gpu(struct call *c, const char *vm, const char *gpu_group);
int fail_vm_requires_iommu(struct call *c, const char *host);
int fail_vm_requires_network(struct call *c, const char *vm,
    const char *network);
int fail_vm_requires_sr(struct call *c, const char *vm, const char *sr);
int fail_vm_requires_vdi(struct call *c, const char *vm, const char *vdi);
int fail_vm_requires_vgpu(struct call *c, const char *vm,
    const char *gpu_group, const char *vgpu_type);
int fail_vm_requires_vusb(struct call *c, const char *vm,
    const char *usb_group);
int fail_vm_revert_failed(struct call *c, const char *vm, const char *snapshot);
int fail_vm_shutdown_timeout(struct call *c, const char *vm,
    const char *timeout);
int fail_vm_snapshot_failed(struct call *c, const char *const params[]);
int fail_vm_snapshot_with_quiesce_failed(struct call *c, const char *vm);
int fail_vm_snapshot_with_quiesce_not_supported(struct call *c, const char *vm,
    const char *error);
int fail_vm_snapshot_with_quiesce_plugin_deos_not_respond(struct call *c,
    const char *vm);
int fail_vm_snapshot_with_quiesce_timeout(struct call *c, const char *vm);
int fail_vm_suspend_timeout(struct call *c, const char *vm,
    const char *timeout);
int fail_vm_too_many_vcpus(struct call *c, const char *vm);
int fail_vm_to_import_is_not_newer_version(struct call *c, const char *vm,
    const char *existing_version, const char *version_to_import);
int fail_vm_unsafe_boot(struct call *c, const char *vm);
int fail_vtpm_max_amount_reached(struct call *c, const char *amount);
int fail_wlb_authentication_failed(struct call *c);
int fail_wlb_connection_refused(struct call *c);
int fail_wlb_connection_reset(struct call *c);
int fail_wlb_disabled(struct call *c);
int fail_wlb_internal_error(struct call *c);
int fail_wlb_malformed_request(struct call *c);
int fail_wlb_malformed_response(struct call *c, const char *method,
    const char *reason, const char *response);
int fail_wlb_not_initialized(struct call *c);
int fail_wlb_timeout(struct call *c, const char *configured_timeout);
int fail_wlb_unknown_host(struct call *c);
int fail_wlb_url_invalid(struct call *c, const char *url);
int fail_wlb_xenserver_authentication_failed(struct call *c);
int fail_wlb_xenserver_connection_refused(struct call *c);
int fail_wlb_xenserver_malformed_response(struct call *c);
int fail_wlb_xenserver_timeout(struct call *c);
int fail_wlb_xenserver_unknown_host(struct call *c);
int fail_xapi_hook_failed(struct call *c, const char *hook_name,
    const char *reason, const char *stdout_, const char *exit_code);
int fail_xenapi_missing_plugin(struct call *c, const char *name);
int fail_xenapi_plugin_failure(struct call *c, const char *status,
    const char *stdout_, const char *stderr_);
int fail_xen_incompatible(struct call *c);
int fail_xen_vss_req_error_adding_volume_to_snapset_failed(struct call *c,
    const char *vm, const char *error_code);
int fail_xen_vss_req_error_creating_snapshot(struct call *c, const char *vm,
    const char *error_code);
int fail_xen_vss_req_error_creating_snapshot_xml_string(struct call *c,
    const char *vm, const char *error_code);
int fail_xen_vss_req_error_init_failed(struct call *c, const char *vm,
    const char *error_code);
int fail_xen_vss_req_error_no_volumes_supported(struct call *c, const char *vm,
    const char *error_code);
int fail_xen_vss_req_error_preparing_writers(struct call *c, const char *vm,
    const char *error_code);
int fail_xen_vss_req_error_prov_not_loaded(struct call *c, const char *vm,
    const char *error_code);
int fail_xen_vss_req_error_start_snapshot_set_failed(struct call *c,
    const char *vm, const char *error_code);
int fail_xmlrpc_unmarshal_failure(struct call *c, const char *expected,
    const char *received);

#endif
