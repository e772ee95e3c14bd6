/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: prototypes of the handlers */

#ifndef XAPID_HANDLERS_GEN_H
#define XAPID_HANDLERS_GEN_H

#include "model/model.h"

/* A handler answers 0, or -1 with the call's error set; *result_r is zeroed
 * before. Weak: a method whose handler nobody wrote has NULL in
 * method.handler. A weak name takes nothing out of a library, so whoever links
 * handlers from one links the whole of it. */

int bond_add_to_other_config(struct call *c, const struct bond_add_to_other_config_args *a)
    __attribute__((weak));
int bond_create(struct call *c, const struct bond_create_args *a, struct ref *result_r)
    __attribute__((weak));
int bond_destroy(struct call *c, const struct bond_destroy_args *a)
    __attribute__((weak));
int bond_remove_from_other_config(struct call *c, const struct bond_remove_from_other_config_args *a)
    __attribute__((weak));
int bond_set_mode(struct call *c, const struct bond_set_mode_args *a)
    __attribute__((weak));
int bond_set_other_config(struct call *c, const struct bond_set_other_config_args *a)
    __attribute__((weak));
int bond_set_property(struct call *c, const struct bond_set_property_args *a)
    __attribute__((weak));
int caller_add_group(struct call *c, const struct caller_add_group_args *a)
    __attribute__((weak));
int caller_create(struct call *c, const struct caller_create_args *a, struct ref *result_r)
    __attribute__((weak));
int caller_destroy(struct call *c, const struct caller_destroy_args *a)
    __attribute__((weak));
int caller_query_all_usage(struct call *c, const struct caller_query_all_usage_args *a, struct set *result_r)
    __attribute__((weak));
int caller_query_call_count(struct call *c, const struct caller_query_call_count_args *a, int64_t *result_r)
    __attribute__((weak));
int caller_query_group_call_count(struct call *c, const struct caller_query_group_call_count_args *a, int64_t *result_r)
    __attribute__((weak));
int caller_query_group_token_usage(struct call *c, const struct caller_query_group_token_usage_args *a, double *result_r)
    __attribute__((weak));
int caller_query_token_usage(struct call *c, const struct caller_query_token_usage_args *a, double *result_r)
    __attribute__((weak));
int caller_remove_group(struct call *c, const struct caller_remove_group_args *a)
    __attribute__((weak));
int caller_set_name_description(struct call *c, const struct caller_set_name_description_args *a)
    __attribute__((weak));
int caller_set_name_label(struct call *c, const struct caller_set_name_label_args *a)
    __attribute__((weak));
int cluster_add_to_other_config(struct call *c, const struct cluster_add_to_other_config_args *a)
    __attribute__((weak));
int cluster_create(struct call *c, const struct cluster_create_args *a, struct ref *result_r)
    __attribute__((weak));
int cluster_cstack_sync(struct call *c, const struct cluster_cstack_sync_args *a)
    __attribute__((weak));
int cluster_destroy(struct call *c, const struct cluster_destroy_args *a)
    __attribute__((weak));
int cluster_get_network(struct call *c, const struct cluster_get_network_args *a, struct ref *result_r)
    __attribute__((weak));
int cluster_pool_create(struct call *c, const struct cluster_pool_create_args *a, struct ref *result_r)
    __attribute__((weak));
int cluster_pool_destroy(struct call *c, const struct cluster_pool_destroy_args *a)
    __attribute__((weak));
int cluster_pool_force_destroy(struct call *c, const struct cluster_pool_force_destroy_args *a)
    __attribute__((weak));
int cluster_pool_resync(struct call *c, const struct cluster_pool_resync_args *a)
    __attribute__((weak));
int cluster_remove_from_other_config(struct call *c, const struct cluster_remove_from_other_config_args *a)
    __attribute__((weak));
int cluster_set_other_config(struct call *c, const struct cluster_set_other_config_args *a)
    __attribute__((weak));
int cluster_host_create(struct call *c, const struct cluster_host_create_args *a, struct ref *result_r)
    __attribute__((weak));
int cluster_host_destroy(struct call *c, const struct cluster_host_destroy_args *a)
    __attribute__((weak));
int cluster_host_disable(struct call *c, const struct cluster_host_disable_args *a)
    __attribute__((weak));
int cluster_host_enable(struct call *c, const struct cluster_host_enable_args *a)
    __attribute__((weak));
int cluster_host_force_destroy(struct call *c, const struct cluster_host_force_destroy_args *a)
    __attribute__((weak));
int cluster_host_forget(struct call *c, const struct cluster_host_forget_args *a)
    __attribute__((weak));
int dr_task_create(struct call *c, const struct dr_task_create_args *a, struct ref *result_r)
    __attribute__((weak));
int dr_task_destroy(struct call *c, const struct dr_task_destroy_args *a)
    __attribute__((weak));
int diagnostics_db_stats(struct call *c, const struct diagnostics_db_stats_args *a, struct map *result_r)
    __attribute__((weak));
int diagnostics_gc_compact(struct call *c, const struct diagnostics_gc_compact_args *a)
    __attribute__((weak));
int diagnostics_gc_stats(struct call *c, const struct diagnostics_gc_stats_args *a, struct map *result_r)
    __attribute__((weak));
int diagnostics_network_stats(struct call *c, const struct diagnostics_network_stats_args *a, struct set *result_r)
    __attribute__((weak));
int driver_variant_select(struct call *c, const struct driver_variant_select_args *a)
    __attribute__((weak));
int gpu_group_add_to_other_config(struct call *c, const struct gpu_group_add_to_other_config_args *a)
    __attribute__((weak));
int gpu_group_create(struct call *c, const struct gpu_group_create_args *a, struct ref *result_r)
    __attribute__((weak));
int gpu_group_destroy(struct call *c, const struct gpu_group_destroy_args *a)
    __attribute__((weak));
int gpu_group_get_remaining_capacity(struct call *c, const struct gpu_group_get_remaining_capacity_args *a, int64_t *result_r)
    __attribute__((weak));
int gpu_group_remove_from_other_config(struct call *c, const struct gpu_group_remove_from_other_config_args *a)
    __attribute__((weak));
int gpu_group_set_allocation_algorithm(struct call *c, const struct gpu_group_set_allocation_algorithm_args *a)
    __attribute__((weak));
int gpu_group_set_name_description(struct call *c, const struct gpu_group_set_name_description_args *a)
    __attribute__((weak));
int gpu_group_set_name_label(struct call *c, const struct gpu_group_set_name_label_args *a)
    __attribute__((weak));
int gpu_group_set_other_config(struct call *c, const struct gpu_group_set_other_config_args *a)
    __attribute__((weak));
int gpu_group_update_enabled_VGPU_types(struct call *c, const struct gpu_group_update_enabled_VGPU_types_args *a)
    __attribute__((weak));
int gpu_group_update_supported_VGPU_types(struct call *c, const struct gpu_group_update_supported_VGPU_types_args *a)
    __attribute__((weak));
int host_driver_deselect(struct call *c, const struct host_driver_deselect_args *a)
    __attribute__((weak));
int host_driver_rescan(struct call *c, const struct host_driver_rescan_args *a)
    __attribute__((weak));
int host_driver_select(struct call *c, const struct host_driver_select_args *a)
    __attribute__((weak));
int lvhd_enable_thin_provisioning(struct call *c, const struct lvhd_enable_thin_provisioning_args *a, const char **result_r)
    __attribute__((weak));
int observer_create(struct call *c, const struct observer_create_args *a, struct ref *result_r)
    __attribute__((weak));
int observer_destroy(struct call *c, const struct observer_destroy_args *a)
    __attribute__((weak));
int observer_register(struct call *c, const struct observer_register_args *a)
    __attribute__((weak));
int observer_set_attributes(struct call *c, const struct observer_set_attributes_args *a)
    __attribute__((weak));
int observer_set_components(struct call *c, const struct observer_set_components_args *a)
    __attribute__((weak));
int observer_set_enabled(struct call *c, const struct observer_set_enabled_args *a)
    __attribute__((weak));
int observer_set_endpoints(struct call *c, const struct observer_set_endpoints_args *a)
    __attribute__((weak));
int observer_set_hosts(struct call *c, const struct observer_set_hosts_args *a)
    __attribute__((weak));
int observer_set_name_description(struct call *c, const struct observer_set_name_description_args *a)
    __attribute__((weak));
int observer_set_name_label(struct call *c, const struct observer_set_name_label_args *a)
    __attribute__((weak));
int observer_unregister(struct call *c, const struct observer_unregister_args *a)
    __attribute__((weak));
int pbd_add_to_other_config(struct call *c, const struct pbd_add_to_other_config_args *a)
    __attribute__((weak));
int pbd_create(struct call *c, const struct pbd_create_args *a, struct ref *result_r)
    __attribute__((weak));
int pbd_destroy(struct call *c, const struct pbd_destroy_args *a)
    __attribute__((weak));
int pbd_plug(struct call *c, const struct pbd_plug_args *a)
    __attribute__((weak));
int pbd_remove_from_other_config(struct call *c, const struct pbd_remove_from_other_config_args *a)
    __attribute__((weak));
int pbd_set_device_config(struct call *c, const struct pbd_set_device_config_args *a)
    __attribute__((weak));
int pbd_set_other_config(struct call *c, const struct pbd_set_other_config_args *a)
    __attribute__((weak));
int pbd_unplug(struct call *c, const struct pbd_unplug_args *a)
    __attribute__((weak));
int pci_add_to_other_config(struct call *c, const struct pci_add_to_other_config_args *a)
    __attribute__((weak));
int pci_disable_dom0_access(struct call *c, const struct pci_disable_dom0_access_args *a, enum pci_dom0_access *result_r)
    __attribute__((weak));
int pci_enable_dom0_access(struct call *c, const struct pci_enable_dom0_access_args *a, enum pci_dom0_access *result_r)
    __attribute__((weak));
int pci_get_dom0_access_status(struct call *c, const struct pci_get_dom0_access_status_args *a, enum pci_dom0_access *result_r)
    __attribute__((weak));
int pci_remove_from_other_config(struct call *c, const struct pci_remove_from_other_config_args *a)
    __attribute__((weak));
int pci_set_other_config(struct call *c, const struct pci_set_other_config_args *a)
    __attribute__((weak));
int pgpu_add_enabled_VGPU_types(struct call *c, const struct pgpu_add_enabled_VGPU_types_args *a)
    __attribute__((weak));
int pgpu_add_to_other_config(struct call *c, const struct pgpu_add_to_other_config_args *a)
    __attribute__((weak));
int pgpu_disable_dom0_access(struct call *c, const struct pgpu_disable_dom0_access_args *a, enum pci_dom0_access *result_r)
    __attribute__((weak));
int pgpu_enable_dom0_access(struct call *c, const struct pgpu_enable_dom0_access_args *a, enum pci_dom0_access *result_r)
    __attribute__((weak));
int pgpu_get_remaining_capacity(struct call *c, const struct pgpu_get_remaining_capacity_args *a, int64_t *result_r)
    __attribute__((weak));
int pgpu_remove_enabled_VGPU_types(struct call *c, const struct pgpu_remove_enabled_VGPU_types_args *a)
    __attribute__((weak));
int pgpu_remove_from_other_config(struct call *c, const struct pgpu_remove_from_other_config_args *a)
    __attribute__((weak));
int pgpu_set_GPU_group(struct call *c, const struct pgpu_set_GPU_group_args *a)
    __attribute__((weak));
int pgpu_set_enabled_VGPU_types(struct call *c, const struct pgpu_set_enabled_VGPU_types_args *a)
    __attribute__((weak));
int pgpu_set_other_config(struct call *c, const struct pgpu_set_other_config_args *a)
    __attribute__((weak));
int pif_add_to_other_config(struct call *c, const struct pif_add_to_other_config_args *a)
    __attribute__((weak));
int pif_create_VLAN(struct call *c, const struct pif_create_VLAN_args *a, struct ref *result_r)
    __attribute__((weak));
int pif_db_forget(struct call *c, const struct pif_db_forget_args *a)
    __attribute__((weak));
int pif_db_introduce(struct call *c, const struct pif_db_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pif_destroy(struct call *c, const struct pif_destroy_args *a)
    __attribute__((weak));
int pif_forget(struct call *c, const struct pif_forget_args *a)
    __attribute__((weak));
int pif_introduce(struct call *c, const struct pif_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pif_plug(struct call *c, const struct pif_plug_args *a)
    __attribute__((weak));
int pif_pool_introduce(struct call *c, const struct pif_pool_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pif_reconfigure_ip(struct call *c, const struct pif_reconfigure_ip_args *a)
    __attribute__((weak));
int pif_reconfigure_ipv6(struct call *c, const struct pif_reconfigure_ipv6_args *a)
    __attribute__((weak));
int pif_remove_from_other_config(struct call *c, const struct pif_remove_from_other_config_args *a)
    __attribute__((weak));
int pif_scan(struct call *c, const struct pif_scan_args *a)
    __attribute__((weak));
int pif_set_disallow_unplug(struct call *c, const struct pif_set_disallow_unplug_args *a)
    __attribute__((weak));
int pif_set_other_config(struct call *c, const struct pif_set_other_config_args *a)
    __attribute__((weak));
int pif_set_primary_address_type(struct call *c, const struct pif_set_primary_address_type_args *a)
    __attribute__((weak));
int pif_set_property(struct call *c, const struct pif_set_property_args *a)
    __attribute__((weak));
int pif_unplug(struct call *c, const struct pif_unplug_args *a)
    __attribute__((weak));
int pif_metrics_add_to_other_config(struct call *c, const struct pif_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int pif_metrics_remove_from_other_config(struct call *c, const struct pif_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int pif_metrics_set_other_config(struct call *c, const struct pif_metrics_set_other_config_args *a)
    __attribute__((weak));
int pusb_add_to_other_config(struct call *c, const struct pusb_add_to_other_config_args *a)
    __attribute__((weak));
int pusb_remove_from_other_config(struct call *c, const struct pusb_remove_from_other_config_args *a)
    __attribute__((weak));
int pusb_scan(struct call *c, const struct pusb_scan_args *a)
    __attribute__((weak));
int pusb_set_other_config(struct call *c, const struct pusb_set_other_config_args *a)
    __attribute__((weak));
int pusb_set_passthrough_enabled(struct call *c, const struct pusb_set_passthrough_enabled_args *a)
    __attribute__((weak));
int pvs_cache_storage_create(struct call *c, const struct pvs_cache_storage_create_args *a, struct ref *result_r)
    __attribute__((weak));
int pvs_cache_storage_destroy(struct call *c, const struct pvs_cache_storage_destroy_args *a)
    __attribute__((weak));
int pvs_proxy_create(struct call *c, const struct pvs_proxy_create_args *a, struct ref *result_r)
    __attribute__((weak));
int pvs_proxy_destroy(struct call *c, const struct pvs_proxy_destroy_args *a)
    __attribute__((weak));
int pvs_server_forget(struct call *c, const struct pvs_server_forget_args *a)
    __attribute__((weak));
int pvs_server_introduce(struct call *c, const struct pvs_server_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pvs_site_forget(struct call *c, const struct pvs_site_forget_args *a)
    __attribute__((weak));
int pvs_site_introduce(struct call *c, const struct pvs_site_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pvs_site_set_PVS_uuid(struct call *c, const struct pvs_site_set_PVS_uuid_args *a)
    __attribute__((weak));
int pvs_site_set_name_description(struct call *c, const struct pvs_site_set_name_description_args *a)
    __attribute__((weak));
int pvs_site_set_name_label(struct call *c, const struct pvs_site_set_name_label_args *a)
    __attribute__((weak));
int rate_limit_add_caller(struct call *c, const struct rate_limit_add_caller_args *a)
    __attribute__((weak));
int rate_limit_create(struct call *c, const struct rate_limit_create_args *a, struct ref *result_r)
    __attribute__((weak));
int rate_limit_destroy(struct call *c, const struct rate_limit_destroy_args *a)
    __attribute__((weak));
int rate_limit_remove_caller(struct call *c, const struct rate_limit_remove_caller_args *a)
    __attribute__((weak));
int rate_limit_set_burst_size(struct call *c, const struct rate_limit_set_burst_size_args *a)
    __attribute__((weak));
int rate_limit_set_fill_rate(struct call *c, const struct rate_limit_set_fill_rate_args *a)
    __attribute__((weak));
int rate_limit_set_name_description(struct call *c, const struct rate_limit_set_name_description_args *a)
    __attribute__((weak));
int rate_limit_set_name_label(struct call *c, const struct rate_limit_set_name_label_args *a)
    __attribute__((weak));
int repository_apply(struct call *c, const struct repository_apply_args *a)
    __attribute__((weak));
int repository_apply_livepatch(struct call *c, const struct repository_apply_livepatch_args *a)
    __attribute__((weak));
int repository_forget(struct call *c, const struct repository_forget_args *a)
    __attribute__((weak));
int repository_introduce(struct call *c, const struct repository_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int repository_introduce_bundle(struct call *c, const struct repository_introduce_bundle_args *a, struct ref *result_r)
    __attribute__((weak));
int repository_introduce_remote_pool(struct call *c, const struct repository_introduce_remote_pool_args *a, struct ref *result_r)
    __attribute__((weak));
int repository_set_gpgkey_path(struct call *c, const struct repository_set_gpgkey_path_args *a)
    __attribute__((weak));
int repository_set_name_description(struct call *c, const struct repository_set_name_description_args *a)
    __attribute__((weak));
int repository_set_name_label(struct call *c, const struct repository_set_name_label_args *a)
    __attribute__((weak));
int sdn_controller_forget(struct call *c, const struct sdn_controller_forget_args *a)
    __attribute__((weak));
int sdn_controller_introduce(struct call *c, const struct sdn_controller_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int sm_add_to_other_config(struct call *c, const struct sm_add_to_other_config_args *a)
    __attribute__((weak));
int sm_remove_from_other_config(struct call *c, const struct sm_remove_from_other_config_args *a)
    __attribute__((weak));
int sm_set_other_config(struct call *c, const struct sm_set_other_config_args *a)
    __attribute__((weak));
int sr_add_tags(struct call *c, const struct sr_add_tags_args *a)
    __attribute__((weak));
int sr_add_to_other_config(struct call *c, const struct sr_add_to_other_config_args *a)
    __attribute__((weak));
int sr_add_to_sm_config(struct call *c, const struct sr_add_to_sm_config_args *a)
    __attribute__((weak));
int sr_assert_can_host_ha_statefile(struct call *c, const struct sr_assert_can_host_ha_statefile_args *a)
    __attribute__((weak));
int sr_assert_supports_database_replication(struct call *c, const struct sr_assert_supports_database_replication_args *a)
    __attribute__((weak));
int sr_create(struct call *c, const struct sr_create_args *a, struct ref *result_r)
    __attribute__((weak));
int sr_create_new_blob(struct call *c, const struct sr_create_new_blob_args *a, struct ref *result_r)
    __attribute__((weak));
int sr_destroy(struct call *c, const struct sr_destroy_args *a)
    __attribute__((weak));
int sr_disable_database_replication(struct call *c, const struct sr_disable_database_replication_args *a)
    __attribute__((weak));
int sr_enable_database_replication(struct call *c, const struct sr_enable_database_replication_args *a)
    __attribute__((weak));
int sr_forget(struct call *c, const struct sr_forget_args *a)
    __attribute__((weak));
int sr_forget_data_source_archives(struct call *c, const struct sr_forget_data_source_archives_args *a)
    __attribute__((weak));
int sr_get_data_sources(struct call *c, const struct sr_get_data_sources_args *a, struct set *result_r)
    __attribute__((weak));
int sr_get_live_hosts(struct call *c, const struct sr_get_live_hosts_args *a, struct set *result_r)
    __attribute__((weak));
int sr_get_supported_types(struct call *c, const struct sr_get_supported_types_args *a, struct set *result_r)
    __attribute__((weak));
int sr_introduce(struct call *c, const struct sr_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int sr_make(struct call *c, const struct sr_make_args *a, const char **result_r)
    __attribute__((weak));
int sr_probe(struct call *c, const struct sr_probe_args *a, const char **result_r)
    __attribute__((weak));
int sr_probe_ext(struct call *c, const struct sr_probe_ext_args *a, struct set *result_r)
    __attribute__((weak));
int sr_query_data_source(struct call *c, const struct sr_query_data_source_args *a, double *result_r)
    __attribute__((weak));
int sr_record_data_source(struct call *c, const struct sr_record_data_source_args *a)
    __attribute__((weak));
int sr_remove_from_other_config(struct call *c, const struct sr_remove_from_other_config_args *a)
    __attribute__((weak));
int sr_remove_from_sm_config(struct call *c, const struct sr_remove_from_sm_config_args *a)
    __attribute__((weak));
int sr_remove_tags(struct call *c, const struct sr_remove_tags_args *a)
    __attribute__((weak));
int sr_scan(struct call *c, const struct sr_scan_args *a)
    __attribute__((weak));
int sr_set_name_description(struct call *c, const struct sr_set_name_description_args *a)
    __attribute__((weak));
int sr_set_name_label(struct call *c, const struct sr_set_name_label_args *a)
    __attribute__((weak));
int sr_set_other_config(struct call *c, const struct sr_set_other_config_args *a)
    __attribute__((weak));
int sr_set_physical_size(struct call *c, const struct sr_set_physical_size_args *a)
    __attribute__((weak));
int sr_set_physical_utilisation(struct call *c, const struct sr_set_physical_utilisation_args *a)
    __attribute__((weak));
int sr_set_shared(struct call *c, const struct sr_set_shared_args *a)
    __attribute__((weak));
int sr_set_sm_config(struct call *c, const struct sr_set_sm_config_args *a)
    __attribute__((weak));
int sr_set_tags(struct call *c, const struct sr_set_tags_args *a)
    __attribute__((weak));
int sr_set_virtual_allocation(struct call *c, const struct sr_set_virtual_allocation_args *a)
    __attribute__((weak));
int sr_update(struct call *c, const struct sr_update_args *a)
    __attribute__((weak));
int usb_group_add_to_other_config(struct call *c, const struct usb_group_add_to_other_config_args *a)
    __attribute__((weak));
int usb_group_create(struct call *c, const struct usb_group_create_args *a, struct ref *result_r)
    __attribute__((weak));
int usb_group_destroy(struct call *c, const struct usb_group_destroy_args *a)
    __attribute__((weak));
int usb_group_remove_from_other_config(struct call *c, const struct usb_group_remove_from_other_config_args *a)
    __attribute__((weak));
int usb_group_set_name_description(struct call *c, const struct usb_group_set_name_description_args *a)
    __attribute__((weak));
int usb_group_set_name_label(struct call *c, const struct usb_group_set_name_label_args *a)
    __attribute__((weak));
int usb_group_set_other_config(struct call *c, const struct usb_group_set_other_config_args *a)
    __attribute__((weak));
int vbd_add_to_other_config(struct call *c, const struct vbd_add_to_other_config_args *a)
    __attribute__((weak));
int vbd_add_to_qos_algorithm_params(struct call *c, const struct vbd_add_to_qos_algorithm_params_args *a)
    __attribute__((weak));
int vbd_assert_attachable(struct call *c, const struct vbd_assert_attachable_args *a)
    __attribute__((weak));
int vbd_create(struct call *c, const struct vbd_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vbd_destroy(struct call *c, const struct vbd_destroy_args *a)
    __attribute__((weak));
int vbd_eject(struct call *c, const struct vbd_eject_args *a)
    __attribute__((weak));
int vbd_insert(struct call *c, const struct vbd_insert_args *a)
    __attribute__((weak));
int vbd_pause(struct call *c, const struct vbd_pause_args *a, const char **result_r)
    __attribute__((weak));
int vbd_plug(struct call *c, const struct vbd_plug_args *a)
    __attribute__((weak));
int vbd_remove_from_other_config(struct call *c, const struct vbd_remove_from_other_config_args *a)
    __attribute__((weak));
int vbd_remove_from_qos_algorithm_params(struct call *c, const struct vbd_remove_from_qos_algorithm_params_args *a)
    __attribute__((weak));
int vbd_set_bootable(struct call *c, const struct vbd_set_bootable_args *a)
    __attribute__((weak));
int vbd_set_mode(struct call *c, const struct vbd_set_mode_args *a)
    __attribute__((weak));
int vbd_set_other_config(struct call *c, const struct vbd_set_other_config_args *a)
    __attribute__((weak));
int vbd_set_qos_algorithm_params(struct call *c, const struct vbd_set_qos_algorithm_params_args *a)
    __attribute__((weak));
int vbd_set_qos_algorithm_type(struct call *c, const struct vbd_set_qos_algorithm_type_args *a)
    __attribute__((weak));
int vbd_set_type(struct call *c, const struct vbd_set_type_args *a)
    __attribute__((weak));
int vbd_set_unpluggable(struct call *c, const struct vbd_set_unpluggable_args *a)
    __attribute__((weak));
int vbd_set_userdevice(struct call *c, const struct vbd_set_userdevice_args *a)
    __attribute__((weak));
int vbd_unpause(struct call *c, const struct vbd_unpause_args *a)
    __attribute__((weak));
int vbd_unplug(struct call *c, const struct vbd_unplug_args *a)
    __attribute__((weak));
int vbd_unplug_force(struct call *c, const struct vbd_unplug_force_args *a)
    __attribute__((weak));
int vbd_unplug_force_no_safety_check(struct call *c, const struct vbd_unplug_force_no_safety_check_args *a)
    __attribute__((weak));
int vbd_metrics_add_to_other_config(struct call *c, const struct vbd_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int vbd_metrics_remove_from_other_config(struct call *c, const struct vbd_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int vbd_metrics_set_other_config(struct call *c, const struct vbd_metrics_set_other_config_args *a)
    __attribute__((weak));
int vdi_add_tags(struct call *c, const struct vdi_add_tags_args *a)
    __attribute__((weak));
int vdi_add_to_other_config(struct call *c, const struct vdi_add_to_other_config_args *a)
    __attribute__((weak));
int vdi_add_to_sm_config(struct call *c, const struct vdi_add_to_sm_config_args *a)
    __attribute__((weak));
int vdi_add_to_xenstore_data(struct call *c, const struct vdi_add_to_xenstore_data_args *a)
    __attribute__((weak));
int vdi_checksum(struct call *c, const struct vdi_checksum_args *a, const char **result_r)
    __attribute__((weak));
int vdi_clone(struct call *c, const struct vdi_clone_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_copy(struct call *c, const struct vdi_copy_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_create(struct call *c, const struct vdi_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_data_destroy(struct call *c, const struct vdi_data_destroy_args *a)
    __attribute__((weak));
int vdi_db_forget(struct call *c, const struct vdi_db_forget_args *a)
    __attribute__((weak));
int vdi_db_introduce(struct call *c, const struct vdi_db_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_destroy(struct call *c, const struct vdi_destroy_args *a)
    __attribute__((weak));
int vdi_disable_cbt(struct call *c, const struct vdi_disable_cbt_args *a)
    __attribute__((weak));
int vdi_enable_cbt(struct call *c, const struct vdi_enable_cbt_args *a)
    __attribute__((weak));
int vdi_force_unlock(struct call *c, const struct vdi_force_unlock_args *a)
    __attribute__((weak));
int vdi_forget(struct call *c, const struct vdi_forget_args *a)
    __attribute__((weak));
int vdi_generate_config(struct call *c, const struct vdi_generate_config_args *a, const char **result_r)
    __attribute__((weak));
int vdi_get_nbd_info(struct call *c, const struct vdi_get_nbd_info_args *a, struct set *result_r)
    __attribute__((weak));
int vdi_introduce(struct call *c, const struct vdi_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_list_changed_blocks(struct call *c, const struct vdi_list_changed_blocks_args *a, const char **result_r)
    __attribute__((weak));
int vdi_open_database(struct call *c, const struct vdi_open_database_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_pool_introduce(struct call *c, const struct vdi_pool_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_pool_migrate(struct call *c, const struct vdi_pool_migrate_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_read_database_pool_uuid(struct call *c, const struct vdi_read_database_pool_uuid_args *a, const char **result_r)
    __attribute__((weak));
int vdi_remove_from_other_config(struct call *c, const struct vdi_remove_from_other_config_args *a)
    __attribute__((weak));
int vdi_remove_from_sm_config(struct call *c, const struct vdi_remove_from_sm_config_args *a)
    __attribute__((weak));
int vdi_remove_from_xenstore_data(struct call *c, const struct vdi_remove_from_xenstore_data_args *a)
    __attribute__((weak));
int vdi_remove_tags(struct call *c, const struct vdi_remove_tags_args *a)
    __attribute__((weak));
int vdi_resize(struct call *c, const struct vdi_resize_args *a)
    __attribute__((weak));
int vdi_resize_online(struct call *c, const struct vdi_resize_online_args *a)
    __attribute__((weak));
int vdi_revert(struct call *c, const struct vdi_revert_args *a)
    __attribute__((weak));
int vdi_set_allow_caching(struct call *c, const struct vdi_set_allow_caching_args *a)
    __attribute__((weak));
int vdi_set_cbt_enabled(struct call *c, const struct vdi_set_cbt_enabled_args *a)
    __attribute__((weak));
int vdi_set_is_a_snapshot(struct call *c, const struct vdi_set_is_a_snapshot_args *a)
    __attribute__((weak));
int vdi_set_managed(struct call *c, const struct vdi_set_managed_args *a)
    __attribute__((weak));
int vdi_set_metadata_of_pool(struct call *c, const struct vdi_set_metadata_of_pool_args *a)
    __attribute__((weak));
int vdi_set_missing(struct call *c, const struct vdi_set_missing_args *a)
    __attribute__((weak));
int vdi_set_name_description(struct call *c, const struct vdi_set_name_description_args *a)
    __attribute__((weak));
int vdi_set_name_label(struct call *c, const struct vdi_set_name_label_args *a)
    __attribute__((weak));
int vdi_set_on_boot(struct call *c, const struct vdi_set_on_boot_args *a)
    __attribute__((weak));
int vdi_set_other_config(struct call *c, const struct vdi_set_other_config_args *a)
    __attribute__((weak));
int vdi_set_physical_utilisation(struct call *c, const struct vdi_set_physical_utilisation_args *a)
    __attribute__((weak));
int vdi_set_read_only(struct call *c, const struct vdi_set_read_only_args *a)
    __attribute__((weak));
int vdi_set_sharable(struct call *c, const struct vdi_set_sharable_args *a)
    __attribute__((weak));
int vdi_set_sm_config(struct call *c, const struct vdi_set_sm_config_args *a)
    __attribute__((weak));
int vdi_set_snapshot_of(struct call *c, const struct vdi_set_snapshot_of_args *a)
    __attribute__((weak));
int vdi_set_snapshot_time(struct call *c, const struct vdi_set_snapshot_time_args *a)
    __attribute__((weak));
int vdi_set_tags(struct call *c, const struct vdi_set_tags_args *a)
    __attribute__((weak));
int vdi_set_virtual_size(struct call *c, const struct vdi_set_virtual_size_args *a)
    __attribute__((weak));
int vdi_set_xenstore_data(struct call *c, const struct vdi_set_xenstore_data_args *a)
    __attribute__((weak));
int vdi_snapshot(struct call *c, const struct vdi_snapshot_args *a, struct ref *result_r)
    __attribute__((weak));
int vdi_update(struct call *c, const struct vdi_update_args *a)
    __attribute__((weak));
int vgpu_add_to_other_config(struct call *c, const struct vgpu_add_to_other_config_args *a)
    __attribute__((weak));
int vgpu_atomic_set_resident_on(struct call *c, const struct vgpu_atomic_set_resident_on_args *a)
    __attribute__((weak));
int vgpu_create(struct call *c, const struct vgpu_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vgpu_destroy(struct call *c, const struct vgpu_destroy_args *a)
    __attribute__((weak));
int vgpu_remove_from_other_config(struct call *c, const struct vgpu_remove_from_other_config_args *a)
    __attribute__((weak));
int vgpu_set_extra_args(struct call *c, const struct vgpu_set_extra_args_args *a)
    __attribute__((weak));
int vgpu_set_other_config(struct call *c, const struct vgpu_set_other_config_args *a)
    __attribute__((weak));
int vif_add_ipv4_allowed(struct call *c, const struct vif_add_ipv4_allowed_args *a)
    __attribute__((weak));
int vif_add_ipv6_allowed(struct call *c, const struct vif_add_ipv6_allowed_args *a)
    __attribute__((weak));
int vif_add_to_other_config(struct call *c, const struct vif_add_to_other_config_args *a)
    __attribute__((weak));
int vif_add_to_qos_algorithm_params(struct call *c, const struct vif_add_to_qos_algorithm_params_args *a)
    __attribute__((weak));
int vif_add_trunks(struct call *c, const struct vif_add_trunks_args *a)
    __attribute__((weak));
int vif_configure_ipv4(struct call *c, const struct vif_configure_ipv4_args *a)
    __attribute__((weak));
int vif_configure_ipv6(struct call *c, const struct vif_configure_ipv6_args *a)
    __attribute__((weak));
int vif_create(struct call *c, const struct vif_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vif_destroy(struct call *c, const struct vif_destroy_args *a)
    __attribute__((weak));
int vif_move(struct call *c, const struct vif_move_args *a)
    __attribute__((weak));
int vif_plug(struct call *c, const struct vif_plug_args *a)
    __attribute__((weak));
int vif_remove_from_other_config(struct call *c, const struct vif_remove_from_other_config_args *a)
    __attribute__((weak));
int vif_remove_from_qos_algorithm_params(struct call *c, const struct vif_remove_from_qos_algorithm_params_args *a)
    __attribute__((weak));
int vif_remove_ipv4_allowed(struct call *c, const struct vif_remove_ipv4_allowed_args *a)
    __attribute__((weak));
int vif_remove_ipv6_allowed(struct call *c, const struct vif_remove_ipv6_allowed_args *a)
    __attribute__((weak));
int vif_remove_trunks(struct call *c, const struct vif_remove_trunks_args *a)
    __attribute__((weak));
int vif_set_ipv4_allowed(struct call *c, const struct vif_set_ipv4_allowed_args *a)
    __attribute__((weak));
int vif_set_ipv6_allowed(struct call *c, const struct vif_set_ipv6_allowed_args *a)
    __attribute__((weak));
int vif_set_locking_mode(struct call *c, const struct vif_set_locking_mode_args *a)
    __attribute__((weak));
int vif_set_other_config(struct call *c, const struct vif_set_other_config_args *a)
    __attribute__((weak));
int vif_set_qos_algorithm_params(struct call *c, const struct vif_set_qos_algorithm_params_args *a)
    __attribute__((weak));
int vif_set_qos_algorithm_type(struct call *c, const struct vif_set_qos_algorithm_type_args *a)
    __attribute__((weak));
int vif_set_trunks(struct call *c, const struct vif_set_trunks_args *a)
    __attribute__((weak));
int vif_unplug(struct call *c, const struct vif_unplug_args *a)
    __attribute__((weak));
int vif_unplug_force(struct call *c, const struct vif_unplug_force_args *a)
    __attribute__((weak));
int vif_metrics_add_to_other_config(struct call *c, const struct vif_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int vif_metrics_remove_from_other_config(struct call *c, const struct vif_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int vif_metrics_set_other_config(struct call *c, const struct vif_metrics_set_other_config_args *a)
    __attribute__((weak));
int vlan_add_to_other_config(struct call *c, const struct vlan_add_to_other_config_args *a)
    __attribute__((weak));
int vlan_create(struct call *c, const struct vlan_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vlan_destroy(struct call *c, const struct vlan_destroy_args *a)
    __attribute__((weak));
int vlan_pool_introduce(struct call *c, const struct vlan_pool_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int vlan_remove_from_other_config(struct call *c, const struct vlan_remove_from_other_config_args *a)
    __attribute__((weak));
int vlan_set_other_config(struct call *c, const struct vlan_set_other_config_args *a)
    __attribute__((weak));
int vm_add_tags(struct call *c, const struct vm_add_tags_args *a)
    __attribute__((weak));
int vm_add_to_HVM_boot_params(struct call *c, const struct vm_add_to_HVM_boot_params_args *a)
    __attribute__((weak));
int vm_add_to_NVRAM(struct call *c, const struct vm_add_to_NVRAM_args *a)
    __attribute__((weak));
int vm_add_to_VCPUs_params(struct call *c, const struct vm_add_to_VCPUs_params_args *a)
    __attribute__((weak));
int vm_add_to_VCPUs_params_live(struct call *c, const struct vm_add_to_VCPUs_params_live_args *a)
    __attribute__((weak));
int vm_add_to_blocked_operations(struct call *c, const struct vm_add_to_blocked_operations_args *a)
    __attribute__((weak));
int vm_add_to_other_config(struct call *c, const struct vm_add_to_other_config_args *a)
    __attribute__((weak));
int vm_add_to_platform(struct call *c, const struct vm_add_to_platform_args *a)
    __attribute__((weak));
int vm_add_to_xenstore_data(struct call *c, const struct vm_add_to_xenstore_data_args *a)
    __attribute__((weak));
int vm_assert_agile(struct call *c, const struct vm_assert_agile_args *a)
    __attribute__((weak));
int vm_assert_can_be_recovered(struct call *c, const struct vm_assert_can_be_recovered_args *a)
    __attribute__((weak));
int vm_assert_can_boot_here(struct call *c, const struct vm_assert_can_boot_here_args *a)
    __attribute__((weak));
int vm_assert_can_migrate(struct call *c, const struct vm_assert_can_migrate_args *a)
    __attribute__((weak));
int vm_assert_can_migrate_sender(struct call *c, const struct vm_assert_can_migrate_sender_args *a)
    __attribute__((weak));
int vm_assert_operation_valid(struct call *c, const struct vm_assert_operation_valid_args *a)
    __attribute__((weak));
int vm_atomic_set_resident_on(struct call *c, const struct vm_atomic_set_resident_on_args *a)
    __attribute__((weak));
int vm_call_host_plugin(struct call *c, const struct vm_call_host_plugin_args *a, const char **result_r)
    __attribute__((weak));
int vm_call_plugin(struct call *c, const struct vm_call_plugin_args *a, const char **result_r)
    __attribute__((weak));
int vm_checkpoint(struct call *c, const struct vm_checkpoint_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_clean_reboot(struct call *c, const struct vm_clean_reboot_args *a)
    __attribute__((weak));
int vm_clean_shutdown(struct call *c, const struct vm_clean_shutdown_args *a)
    __attribute__((weak));
int vm_clone(struct call *c, const struct vm_clone_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_compute_memory_overhead(struct call *c, const struct vm_compute_memory_overhead_args *a, int64_t *result_r)
    __attribute__((weak));
int vm_copy(struct call *c, const struct vm_copy_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_copy_bios_strings(struct call *c, const struct vm_copy_bios_strings_args *a)
    __attribute__((weak));
int vm_create(struct call *c, const struct vm_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_create_new_blob(struct call *c, const struct vm_create_new_blob_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_csvm(struct call *c, const struct vm_csvm_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_destroy(struct call *c, const struct vm_destroy_args *a)
    __attribute__((weak));
int vm_forget_data_source_archives(struct call *c, const struct vm_forget_data_source_archives_args *a)
    __attribute__((weak));
int vm_get_SRs_required_for_recovery(struct call *c, const struct vm_get_SRs_required_for_recovery_args *a, struct set *result_r)
    __attribute__((weak));
int vm_get_allowed_VBD_devices(struct call *c, const struct vm_get_allowed_VBD_devices_args *a, struct set *result_r)
    __attribute__((weak));
int vm_get_allowed_VIF_devices(struct call *c, const struct vm_get_allowed_VIF_devices_args *a, struct set *result_r)
    __attribute__((weak));
int vm_get_boot_record(struct call *c, const struct vm_get_boot_record_args *a, const struct vm **result_r)
    __attribute__((weak));
int vm_get_cooperative(struct call *c, const struct vm_get_cooperative_args *a, bool *result_r)
    __attribute__((weak));
int vm_get_data_sources(struct call *c, const struct vm_get_data_sources_args *a, struct set *result_r)
    __attribute__((weak));
int vm_get_possible_hosts(struct call *c, const struct vm_get_possible_hosts_args *a, struct set *result_r)
    __attribute__((weak));
int vm_get_secureboot_readiness(struct call *c, const struct vm_get_secureboot_readiness_args *a, enum vm_secureboot_readiness *result_r)
    __attribute__((weak));
int vm_hard_reboot(struct call *c, const struct vm_hard_reboot_args *a)
    __attribute__((weak));
int vm_hard_reboot_internal(struct call *c, const struct vm_hard_reboot_internal_args *a)
    __attribute__((weak));
int vm_hard_shutdown(struct call *c, const struct vm_hard_shutdown_args *a)
    __attribute__((weak));
int vm_import(struct call *c, const struct vm_import_args *a, struct set *result_r)
    __attribute__((weak));
int vm_import_convert(struct call *c, const struct vm_import_convert_args *a)
    __attribute__((weak));
int vm_maximise_memory(struct call *c, const struct vm_maximise_memory_args *a, int64_t *result_r)
    __attribute__((weak));
int vm_migrate_send(struct call *c, const struct vm_migrate_send_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_pause(struct call *c, const struct vm_pause_args *a)
    __attribute__((weak));
int vm_pool_migrate(struct call *c, const struct vm_pool_migrate_args *a)
    __attribute__((weak));
int vm_pool_migrate_complete(struct call *c, const struct vm_pool_migrate_complete_args *a)
    __attribute__((weak));
int vm_power_state_reset(struct call *c, const struct vm_power_state_reset_args *a)
    __attribute__((weak));
int vm_provision(struct call *c, const struct vm_provision_args *a)
    __attribute__((weak));
int vm_query_data_source(struct call *c, const struct vm_query_data_source_args *a, double *result_r)
    __attribute__((weak));
int vm_query_services(struct call *c, const struct vm_query_services_args *a, struct map *result_r)
    __attribute__((weak));
int vm_record_data_source(struct call *c, const struct vm_record_data_source_args *a)
    __attribute__((weak));
int vm_recover(struct call *c, const struct vm_recover_args *a)
    __attribute__((weak));
int vm_remove_from_HVM_boot_params(struct call *c, const struct vm_remove_from_HVM_boot_params_args *a)
    __attribute__((weak));
int vm_remove_from_NVRAM(struct call *c, const struct vm_remove_from_NVRAM_args *a)
    __attribute__((weak));
int vm_remove_from_VCPUs_params(struct call *c, const struct vm_remove_from_VCPUs_params_args *a)
    __attribute__((weak));
int vm_remove_from_blocked_operations(struct call *c, const struct vm_remove_from_blocked_operations_args *a)
    __attribute__((weak));
int vm_remove_from_other_config(struct call *c, const struct vm_remove_from_other_config_args *a)
    __attribute__((weak));
int vm_remove_from_platform(struct call *c, const struct vm_remove_from_platform_args *a)
    __attribute__((weak));
int vm_remove_from_xenstore_data(struct call *c, const struct vm_remove_from_xenstore_data_args *a)
    __attribute__((weak));
int vm_remove_tags(struct call *c, const struct vm_remove_tags_args *a)
    __attribute__((weak));
int vm_restart_device_models(struct call *c, const struct vm_restart_device_models_args *a)
    __attribute__((weak));
int vm_resume(struct call *c, const struct vm_resume_args *a)
    __attribute__((weak));
int vm_resume_on(struct call *c, const struct vm_resume_on_args *a)
    __attribute__((weak));
int vm_retrieve_wlb_recommendations(struct call *c, const struct vm_retrieve_wlb_recommendations_args *a, struct map *result_r)
    __attribute__((weak));
int vm_revert(struct call *c, const struct vm_revert_args *a)
    __attribute__((weak));
int vm_s3_resume(struct call *c, const struct vm_s3_resume_args *a)
    __attribute__((weak));
int vm_s3_suspend(struct call *c, const struct vm_s3_suspend_args *a)
    __attribute__((weak));
int vm_send_sysrq(struct call *c, const struct vm_send_sysrq_args *a)
    __attribute__((weak));
int vm_send_trigger(struct call *c, const struct vm_send_trigger_args *a)
    __attribute__((weak));
int vm_set_HVM_boot_params(struct call *c, const struct vm_set_HVM_boot_params_args *a)
    __attribute__((weak));
int vm_set_HVM_boot_policy(struct call *c, const struct vm_set_HVM_boot_policy_args *a)
    __attribute__((weak));
int vm_set_HVM_shadow_multiplier(struct call *c, const struct vm_set_HVM_shadow_multiplier_args *a)
    __attribute__((weak));
int vm_set_NVRAM(struct call *c, const struct vm_set_NVRAM_args *a)
    __attribute__((weak));
int vm_set_NVRAM_EFI_variables(struct call *c, const struct vm_set_NVRAM_EFI_variables_args *a)
    __attribute__((weak));
int vm_set_PCI_bus(struct call *c, const struct vm_set_PCI_bus_args *a)
    __attribute__((weak));
int vm_set_PV_args(struct call *c, const struct vm_set_PV_args_args *a)
    __attribute__((weak));
int vm_set_PV_bootloader(struct call *c, const struct vm_set_PV_bootloader_args *a)
    __attribute__((weak));
int vm_set_PV_bootloader_args(struct call *c, const struct vm_set_PV_bootloader_args_args *a)
    __attribute__((weak));
int vm_set_PV_kernel(struct call *c, const struct vm_set_PV_kernel_args *a)
    __attribute__((weak));
int vm_set_PV_legacy_args(struct call *c, const struct vm_set_PV_legacy_args_args *a)
    __attribute__((weak));
int vm_set_PV_ramdisk(struct call *c, const struct vm_set_PV_ramdisk_args *a)
    __attribute__((weak));
int vm_set_VCPUs_at_startup(struct call *c, const struct vm_set_VCPUs_at_startup_args *a)
    __attribute__((weak));
int vm_set_VCPUs_max(struct call *c, const struct vm_set_VCPUs_max_args *a)
    __attribute__((weak));
int vm_set_VCPUs_number_live(struct call *c, const struct vm_set_VCPUs_number_live_args *a)
    __attribute__((weak));
int vm_set_VCPUs_params(struct call *c, const struct vm_set_VCPUs_params_args *a)
    __attribute__((weak));
int vm_set_actions_after_crash(struct call *c, const struct vm_set_actions_after_crash_args *a)
    __attribute__((weak));
int vm_set_actions_after_reboot(struct call *c, const struct vm_set_actions_after_reboot_args *a)
    __attribute__((weak));
int vm_set_actions_after_shutdown(struct call *c, const struct vm_set_actions_after_shutdown_args *a)
    __attribute__((weak));
int vm_set_actions_after_softreboot(struct call *c, const struct vm_set_actions_after_softreboot_args *a)
    __attribute__((weak));
int vm_set_affinity(struct call *c, const struct vm_set_affinity_args *a)
    __attribute__((weak));
int vm_set_appliance(struct call *c, const struct vm_set_appliance_args *a)
    __attribute__((weak));
int vm_set_bios_strings(struct call *c, const struct vm_set_bios_strings_args *a)
    __attribute__((weak));
int vm_set_blocked_operations(struct call *c, const struct vm_set_blocked_operations_args *a)
    __attribute__((weak));
int vm_set_domain_type(struct call *c, const struct vm_set_domain_type_args *a)
    __attribute__((weak));
int vm_set_groups(struct call *c, const struct vm_set_groups_args *a)
    __attribute__((weak));
int vm_set_ha_always_run(struct call *c, const struct vm_set_ha_always_run_args *a)
    __attribute__((weak));
int vm_set_ha_restart_priority(struct call *c, const struct vm_set_ha_restart_priority_args *a)
    __attribute__((weak));
int vm_set_hardware_platform_version(struct call *c, const struct vm_set_hardware_platform_version_args *a)
    __attribute__((weak));
int vm_set_has_vendor_device(struct call *c, const struct vm_set_has_vendor_device_args *a)
    __attribute__((weak));
int vm_set_is_a_template(struct call *c, const struct vm_set_is_a_template_args *a)
    __attribute__((weak));
int vm_set_is_default_template(struct call *c, const struct vm_set_is_default_template_args *a)
    __attribute__((weak));
int vm_set_memory(struct call *c, const struct vm_set_memory_args *a)
    __attribute__((weak));
int vm_set_memory_dynamic_max(struct call *c, const struct vm_set_memory_dynamic_max_args *a)
    __attribute__((weak));
int vm_set_memory_dynamic_min(struct call *c, const struct vm_set_memory_dynamic_min_args *a)
    __attribute__((weak));
int vm_set_memory_dynamic_range(struct call *c, const struct vm_set_memory_dynamic_range_args *a)
    __attribute__((weak));
int vm_set_memory_limits(struct call *c, const struct vm_set_memory_limits_args *a)
    __attribute__((weak));
int vm_set_memory_static_max(struct call *c, const struct vm_set_memory_static_max_args *a)
    __attribute__((weak));
int vm_set_memory_static_min(struct call *c, const struct vm_set_memory_static_min_args *a)
    __attribute__((weak));
int vm_set_memory_static_range(struct call *c, const struct vm_set_memory_static_range_args *a)
    __attribute__((weak));
int vm_set_memory_target_live(struct call *c, const struct vm_set_memory_target_live_args *a)
    __attribute__((weak));
int vm_set_name_description(struct call *c, const struct vm_set_name_description_args *a)
    __attribute__((weak));
int vm_set_name_label(struct call *c, const struct vm_set_name_label_args *a)
    __attribute__((weak));
int vm_set_order(struct call *c, const struct vm_set_order_args *a)
    __attribute__((weak));
int vm_set_other_config(struct call *c, const struct vm_set_other_config_args *a)
    __attribute__((weak));
int vm_set_platform(struct call *c, const struct vm_set_platform_args *a)
    __attribute__((weak));
int vm_set_protection_policy(struct call *c, const struct vm_set_protection_policy_args *a)
    __attribute__((weak));
int vm_set_recommendations(struct call *c, const struct vm_set_recommendations_args *a)
    __attribute__((weak));
int vm_set_shadow_multiplier_live(struct call *c, const struct vm_set_shadow_multiplier_live_args *a)
    __attribute__((weak));
int vm_set_shutdown_delay(struct call *c, const struct vm_set_shutdown_delay_args *a)
    __attribute__((weak));
int vm_set_snapshot_schedule(struct call *c, const struct vm_set_snapshot_schedule_args *a)
    __attribute__((weak));
int vm_set_start_delay(struct call *c, const struct vm_set_start_delay_args *a)
    __attribute__((weak));
int vm_set_suspend_SR(struct call *c, const struct vm_set_suspend_SR_args *a)
    __attribute__((weak));
int vm_set_suspend_VDI(struct call *c, const struct vm_set_suspend_VDI_args *a)
    __attribute__((weak));
int vm_set_tags(struct call *c, const struct vm_set_tags_args *a)
    __attribute__((weak));
int vm_set_uefi_mode(struct call *c, const struct vm_set_uefi_mode_args *a, const char **result_r)
    __attribute__((weak));
int vm_set_user_version(struct call *c, const struct vm_set_user_version_args *a)
    __attribute__((weak));
int vm_set_xenstore_data(struct call *c, const struct vm_set_xenstore_data_args *a)
    __attribute__((weak));
int vm_shutdown(struct call *c, const struct vm_shutdown_args *a)
    __attribute__((weak));
int vm_snapshot(struct call *c, const struct vm_snapshot_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_snapshot_with_quiesce(struct call *c, const struct vm_snapshot_with_quiesce_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_start(struct call *c, const struct vm_start_args *a)
    __attribute__((weak));
int vm_start_on(struct call *c, const struct vm_start_on_args *a)
    __attribute__((weak));
int vm_suspend(struct call *c, const struct vm_suspend_args *a)
    __attribute__((weak));
int vm_sysprep(struct call *c, const struct vm_sysprep_args *a)
    __attribute__((weak));
int vm_unpause(struct call *c, const struct vm_unpause_args *a)
    __attribute__((weak));
int vm_update_allowed_operations(struct call *c, const struct vm_update_allowed_operations_args *a)
    __attribute__((weak));
int vm_update_secureboot_certificates_on_boot(struct call *c, const struct vm_update_secureboot_certificates_on_boot_args *a)
    __attribute__((weak));
int vm_update_snapshot_metadata(struct call *c, const struct vm_update_snapshot_metadata_args *a)
    __attribute__((weak));
int vm_wait_memory_target_live(struct call *c, const struct vm_wait_memory_target_live_args *a)
    __attribute__((weak));
int vmpp_add_to_alarm_config(struct call *c, const struct vmpp_add_to_alarm_config_args *a)
    __attribute__((weak));
int vmpp_add_to_archive_schedule(struct call *c, const struct vmpp_add_to_archive_schedule_args *a)
    __attribute__((weak));
int vmpp_add_to_archive_target_config(struct call *c, const struct vmpp_add_to_archive_target_config_args *a)
    __attribute__((weak));
int vmpp_add_to_backup_schedule(struct call *c, const struct vmpp_add_to_backup_schedule_args *a)
    __attribute__((weak));
int vmpp_archive_now(struct call *c, const struct vmpp_archive_now_args *a, const char **result_r)
    __attribute__((weak));
int vmpp_create(struct call *c, const struct vmpp_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vmpp_create_alert(struct call *c, const struct vmpp_create_alert_args *a)
    __attribute__((weak));
int vmpp_destroy(struct call *c, const struct vmpp_destroy_args *a)
    __attribute__((weak));
int vmpp_get_alerts(struct call *c, const struct vmpp_get_alerts_args *a, struct set *result_r)
    __attribute__((weak));
int vmpp_protect_now(struct call *c, const struct vmpp_protect_now_args *a, const char **result_r)
    __attribute__((weak));
int vmpp_remove_from_alarm_config(struct call *c, const struct vmpp_remove_from_alarm_config_args *a)
    __attribute__((weak));
int vmpp_remove_from_archive_schedule(struct call *c, const struct vmpp_remove_from_archive_schedule_args *a)
    __attribute__((weak));
int vmpp_remove_from_archive_target_config(struct call *c, const struct vmpp_remove_from_archive_target_config_args *a)
    __attribute__((weak));
int vmpp_remove_from_backup_schedule(struct call *c, const struct vmpp_remove_from_backup_schedule_args *a)
    __attribute__((weak));
int vmpp_set_alarm_config(struct call *c, const struct vmpp_set_alarm_config_args *a)
    __attribute__((weak));
int vmpp_set_archive_frequency(struct call *c, const struct vmpp_set_archive_frequency_args *a)
    __attribute__((weak));
int vmpp_set_archive_last_run_time(struct call *c, const struct vmpp_set_archive_last_run_time_args *a)
    __attribute__((weak));
int vmpp_set_archive_schedule(struct call *c, const struct vmpp_set_archive_schedule_args *a)
    __attribute__((weak));
int vmpp_set_archive_target_config(struct call *c, const struct vmpp_set_archive_target_config_args *a)
    __attribute__((weak));
int vmpp_set_archive_target_type(struct call *c, const struct vmpp_set_archive_target_type_args *a)
    __attribute__((weak));
int vmpp_set_backup_frequency(struct call *c, const struct vmpp_set_backup_frequency_args *a)
    __attribute__((weak));
int vmpp_set_backup_last_run_time(struct call *c, const struct vmpp_set_backup_last_run_time_args *a)
    __attribute__((weak));
int vmpp_set_backup_retention_value(struct call *c, const struct vmpp_set_backup_retention_value_args *a)
    __attribute__((weak));
int vmpp_set_backup_schedule(struct call *c, const struct vmpp_set_backup_schedule_args *a)
    __attribute__((weak));
int vmpp_set_backup_type(struct call *c, const struct vmpp_set_backup_type_args *a)
    __attribute__((weak));
int vmpp_set_is_alarm_enabled(struct call *c, const struct vmpp_set_is_alarm_enabled_args *a)
    __attribute__((weak));
int vmpp_set_is_archive_running(struct call *c, const struct vmpp_set_is_archive_running_args *a)
    __attribute__((weak));
int vmpp_set_is_backup_running(struct call *c, const struct vmpp_set_is_backup_running_args *a)
    __attribute__((weak));
int vmpp_set_is_policy_enabled(struct call *c, const struct vmpp_set_is_policy_enabled_args *a)
    __attribute__((weak));
int vmpp_set_name_description(struct call *c, const struct vmpp_set_name_description_args *a)
    __attribute__((weak));
int vmpp_set_name_label(struct call *c, const struct vmpp_set_name_label_args *a)
    __attribute__((weak));
int vmss_add_to_schedule(struct call *c, const struct vmss_add_to_schedule_args *a)
    __attribute__((weak));
int vmss_create(struct call *c, const struct vmss_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vmss_destroy(struct call *c, const struct vmss_destroy_args *a)
    __attribute__((weak));
int vmss_remove_from_schedule(struct call *c, const struct vmss_remove_from_schedule_args *a)
    __attribute__((weak));
int vmss_set_enabled(struct call *c, const struct vmss_set_enabled_args *a)
    __attribute__((weak));
int vmss_set_frequency(struct call *c, const struct vmss_set_frequency_args *a)
    __attribute__((weak));
int vmss_set_last_run_time(struct call *c, const struct vmss_set_last_run_time_args *a)
    __attribute__((weak));
int vmss_set_name_description(struct call *c, const struct vmss_set_name_description_args *a)
    __attribute__((weak));
int vmss_set_name_label(struct call *c, const struct vmss_set_name_label_args *a)
    __attribute__((weak));
int vmss_set_retained_snapshots(struct call *c, const struct vmss_set_retained_snapshots_args *a)
    __attribute__((weak));
int vmss_set_schedule(struct call *c, const struct vmss_set_schedule_args *a)
    __attribute__((weak));
int vmss_set_type(struct call *c, const struct vmss_set_type_args *a)
    __attribute__((weak));
int vmss_snapshot_now(struct call *c, const struct vmss_snapshot_now_args *a, const char **result_r)
    __attribute__((weak));
int vm_appliance_assert_can_be_recovered(struct call *c, const struct vm_appliance_assert_can_be_recovered_args *a)
    __attribute__((weak));
int vm_appliance_clean_shutdown(struct call *c, const struct vm_appliance_clean_shutdown_args *a)
    __attribute__((weak));
int vm_appliance_create(struct call *c, const struct vm_appliance_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_appliance_destroy(struct call *c, const struct vm_appliance_destroy_args *a)
    __attribute__((weak));
int vm_appliance_get_SRs_required_for_recovery(struct call *c, const struct vm_appliance_get_SRs_required_for_recovery_args *a, struct set *result_r)
    __attribute__((weak));
int vm_appliance_hard_shutdown(struct call *c, const struct vm_appliance_hard_shutdown_args *a)
    __attribute__((weak));
int vm_appliance_recover(struct call *c, const struct vm_appliance_recover_args *a)
    __attribute__((weak));
int vm_appliance_set_name_description(struct call *c, const struct vm_appliance_set_name_description_args *a)
    __attribute__((weak));
int vm_appliance_set_name_label(struct call *c, const struct vm_appliance_set_name_label_args *a)
    __attribute__((weak));
int vm_appliance_shutdown(struct call *c, const struct vm_appliance_shutdown_args *a)
    __attribute__((weak));
int vm_appliance_start(struct call *c, const struct vm_appliance_start_args *a)
    __attribute__((weak));
int vm_group_create(struct call *c, const struct vm_group_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vm_group_destroy(struct call *c, const struct vm_group_destroy_args *a)
    __attribute__((weak));
int vm_group_set_name_description(struct call *c, const struct vm_group_set_name_description_args *a)
    __attribute__((weak));
int vm_group_set_name_label(struct call *c, const struct vm_group_set_name_label_args *a)
    __attribute__((weak));
int vm_guest_metrics_add_to_other_config(struct call *c, const struct vm_guest_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int vm_guest_metrics_remove_from_other_config(struct call *c, const struct vm_guest_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int vm_guest_metrics_set_other_config(struct call *c, const struct vm_guest_metrics_set_other_config_args *a)
    __attribute__((weak));
int vm_metrics_add_to_other_config(struct call *c, const struct vm_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int vm_metrics_remove_from_other_config(struct call *c, const struct vm_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int vm_metrics_set_other_config(struct call *c, const struct vm_metrics_set_other_config_args *a)
    __attribute__((weak));
int vtpm_create(struct call *c, const struct vtpm_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vtpm_destroy(struct call *c, const struct vtpm_destroy_args *a)
    __attribute__((weak));
int vtpm_get_contents(struct call *c, const struct vtpm_get_contents_args *a, const char **result_r)
    __attribute__((weak));
int vtpm_set_contents(struct call *c, const struct vtpm_set_contents_args *a)
    __attribute__((weak));
int vusb_add_to_other_config(struct call *c, const struct vusb_add_to_other_config_args *a)
    __attribute__((weak));
int vusb_create(struct call *c, const struct vusb_create_args *a, struct ref *result_r)
    __attribute__((weak));
int vusb_destroy(struct call *c, const struct vusb_destroy_args *a)
    __attribute__((weak));
int vusb_remove_from_other_config(struct call *c, const struct vusb_remove_from_other_config_args *a)
    __attribute__((weak));
int vusb_set_other_config(struct call *c, const struct vusb_set_other_config_args *a)
    __attribute__((weak));
int vusb_unplug(struct call *c, const struct vusb_unplug_args *a)
    __attribute__((weak));
int auth_get_group_membership(struct call *c, const struct auth_get_group_membership_args *a, struct set *result_r)
    __attribute__((weak));
int auth_get_subject_identifier(struct call *c, const struct auth_get_subject_identifier_args *a, const char **result_r)
    __attribute__((weak));
int auth_get_subject_information_from_identifier(struct call *c, const struct auth_get_subject_information_from_identifier_args *a, struct map *result_r)
    __attribute__((weak));
int blob_create(struct call *c, const struct blob_create_args *a, struct ref *result_r)
    __attribute__((weak));
int blob_destroy(struct call *c, const struct blob_destroy_args *a)
    __attribute__((weak));
int blob_set_name_description(struct call *c, const struct blob_set_name_description_args *a)
    __attribute__((weak));
int blob_set_name_label(struct call *c, const struct blob_set_name_label_args *a)
    __attribute__((weak));
int blob_set_public(struct call *c, const struct blob_set_public_args *a)
    __attribute__((weak));
int console_add_to_other_config(struct call *c, const struct console_add_to_other_config_args *a)
    __attribute__((weak));
int console_create(struct call *c, const struct console_create_args *a, struct ref *result_r)
    __attribute__((weak));
int console_destroy(struct call *c, const struct console_destroy_args *a)
    __attribute__((weak));
int console_remove_from_other_config(struct call *c, const struct console_remove_from_other_config_args *a)
    __attribute__((weak));
int console_set_other_config(struct call *c, const struct console_set_other_config_args *a)
    __attribute__((weak));
int crashdump_add_to_other_config(struct call *c, const struct crashdump_add_to_other_config_args *a)
    __attribute__((weak));
int crashdump_destroy(struct call *c, const struct crashdump_destroy_args *a)
    __attribute__((weak));
int crashdump_remove_from_other_config(struct call *c, const struct crashdump_remove_from_other_config_args *a)
    __attribute__((weak));
int crashdump_set_other_config(struct call *c, const struct crashdump_set_other_config_args *a)
    __attribute__((weak));
int event_from(struct call *c, const struct event_from_args *a, struct event_batch *result_r)
    __attribute__((weak));
int event_get_current_id(struct call *c, const struct event_get_current_id_args *a, int64_t *result_r)
    __attribute__((weak));
int event_inject(struct call *c, const struct event_inject_args *a, const char **result_r)
    __attribute__((weak));
int event_next(struct call *c, const struct event_next_args *a, struct set *result_r)
    __attribute__((weak));
int event_register(struct call *c, const struct event_register_args *a)
    __attribute__((weak));
int event_unregister(struct call *c, const struct event_unregister_args *a)
    __attribute__((weak));
int host_abort_new_master(struct call *c, const struct host_abort_new_master_args *a)
    __attribute__((weak));
int host_add_tags(struct call *c, const struct host_add_tags_args *a)
    __attribute__((weak));
int host_add_to_guest_VCPUs_params(struct call *c, const struct host_add_to_guest_VCPUs_params_args *a)
    __attribute__((weak));
int host_add_to_license_server(struct call *c, const struct host_add_to_license_server_args *a)
    __attribute__((weak));
int host_add_to_logging(struct call *c, const struct host_add_to_logging_args *a)
    __attribute__((weak));
int host_add_to_other_config(struct call *c, const struct host_add_to_other_config_args *a)
    __attribute__((weak));
int host_allocate_resources_for_vm(struct call *c, const struct host_allocate_resources_for_vm_args *a)
    __attribute__((weak));
int host_apply_edition(struct call *c, const struct host_apply_edition_args *a)
    __attribute__((weak));
int host_apply_guest_agent_config(struct call *c, const struct host_apply_guest_agent_config_args *a)
    __attribute__((weak));
int host_apply_recommended_guidances(struct call *c, const struct host_apply_recommended_guidances_args *a)
    __attribute__((weak));
int host_apply_updates(struct call *c, const struct host_apply_updates_args *a, struct set *result_r)
    __attribute__((weak));
int host_assert_can_evacuate(struct call *c, const struct host_assert_can_evacuate_args *a)
    __attribute__((weak));
int host_attach_static_vdis(struct call *c, const struct host_attach_static_vdis_args *a)
    __attribute__((weak));
int host_backup_rrds(struct call *c, const struct host_backup_rrds_args *a)
    __attribute__((weak));
int host_bugreport_upload(struct call *c, const struct host_bugreport_upload_args *a)
    __attribute__((weak));
int host_call_extension(struct call *c, const struct host_call_extension_args *a, const char **result_r)
    __attribute__((weak));
int host_call_plugin(struct call *c, const struct host_call_plugin_args *a, const char **result_r)
    __attribute__((weak));
int host_cert_distrib_atom(struct call *c, const struct host_cert_distrib_atom_args *a, const char **result_r)
    __attribute__((weak));
int host_certificate_list(struct call *c, const struct host_certificate_list_args *a, struct set *result_r)
    __attribute__((weak));
int host_certificate_sync(struct call *c, const struct host_certificate_sync_args *a)
    __attribute__((weak));
int host_cleanup_pool_secret(struct call *c, const struct host_cleanup_pool_secret_args *a)
    __attribute__((weak));
int host_commit_new_master(struct call *c, const struct host_commit_new_master_args *a)
    __attribute__((weak));
int host_compute_free_memory(struct call *c, const struct host_compute_free_memory_args *a, int64_t *result_r)
    __attribute__((weak));
int host_compute_memory_overhead(struct call *c, const struct host_compute_memory_overhead_args *a, int64_t *result_r)
    __attribute__((weak));
int host_copy_primary_host_certs(struct call *c, const struct host_copy_primary_host_certs_args *a)
    __attribute__((weak));
int host_create(struct call *c, const struct host_create_args *a, struct ref *result_r)
    __attribute__((weak));
int host_create_new_blob(struct call *c, const struct host_create_new_blob_args *a, struct ref *result_r)
    __attribute__((weak));
int host_crl_install(struct call *c, const struct host_crl_install_args *a)
    __attribute__((weak));
int host_crl_list(struct call *c, const struct host_crl_list_args *a, struct set *result_r)
    __attribute__((weak));
int host_crl_uninstall(struct call *c, const struct host_crl_uninstall_args *a)
    __attribute__((weak));
int host_declare_dead(struct call *c, const struct host_declare_dead_args *a)
    __attribute__((weak));
int host_destroy(struct call *c, const struct host_destroy_args *a)
    __attribute__((weak));
int host_detach_static_vdis(struct call *c, const struct host_detach_static_vdis_args *a)
    __attribute__((weak));
int host_disable(struct call *c, const struct host_disable_args *a)
    __attribute__((weak));
int host_disable_binary_storage(struct call *c, const struct host_disable_binary_storage_args *a)
    __attribute__((weak));
int host_disable_display(struct call *c, const struct host_disable_display_args *a, enum host_display *result_r)
    __attribute__((weak));
int host_disable_external_auth(struct call *c, const struct host_disable_external_auth_args *a)
    __attribute__((weak));
int host_disable_local_storage_caching(struct call *c, const struct host_disable_local_storage_caching_args *a)
    __attribute__((weak));
int host_disable_ssh(struct call *c, const struct host_disable_ssh_args *a)
    __attribute__((weak));
int host_dmesg(struct call *c, const struct host_dmesg_args *a, const char **result_r)
    __attribute__((weak));
int host_dmesg_clear(struct call *c, const struct host_dmesg_clear_args *a, const char **result_r)
    __attribute__((weak));
int host_emergency_clear_mandatory_guidance(struct call *c, const struct host_emergency_clear_mandatory_guidance_args *a)
    __attribute__((weak));
int host_emergency_disable_tls_verification(struct call *c, const struct host_emergency_disable_tls_verification_args *a)
    __attribute__((weak));
int host_emergency_ha_disable(struct call *c, const struct host_emergency_ha_disable_args *a)
    __attribute__((weak));
int host_emergency_reenable_tls_verification(struct call *c, const struct host_emergency_reenable_tls_verification_args *a)
    __attribute__((weak));
int host_emergency_reset_server_certificate(struct call *c, const struct host_emergency_reset_server_certificate_args *a)
    __attribute__((weak));
int host_enable(struct call *c, const struct host_enable_args *a)
    __attribute__((weak));
int host_enable_binary_storage(struct call *c, const struct host_enable_binary_storage_args *a)
    __attribute__((weak));
int host_enable_display(struct call *c, const struct host_enable_display_args *a, enum host_display *result_r)
    __attribute__((weak));
int host_enable_external_auth(struct call *c, const struct host_enable_external_auth_args *a)
    __attribute__((weak));
int host_enable_local_storage_caching(struct call *c, const struct host_enable_local_storage_caching_args *a)
    __attribute__((weak));
int host_enable_ssh(struct call *c, const struct host_enable_ssh_args *a)
    __attribute__((weak));
int host_evacuate(struct call *c, const struct host_evacuate_args *a)
    __attribute__((weak));
int host_external_auth_set_ldaps(struct call *c, const struct host_external_auth_set_ldaps_args *a)
    __attribute__((weak));
int host_forget_data_source_archives(struct call *c, const struct host_forget_data_source_archives_args *a)
    __attribute__((weak));
int host_get_data_sources(struct call *c, const struct host_get_data_sources_args *a, struct set *result_r)
    __attribute__((weak));
int host_get_diagnostic_timing_stats(struct call *c, const struct host_get_diagnostic_timing_stats_args *a, struct map *result_r)
    __attribute__((weak));
int host_get_log(struct call *c, const struct host_get_log_args *a, const char **result_r)
    __attribute__((weak));
int host_get_management_interface(struct call *c, const struct host_get_management_interface_args *a, struct ref *result_r)
    __attribute__((weak));
int host_get_ntp_servers_status(struct call *c, const struct host_get_ntp_servers_status_args *a, struct map *result_r)
    __attribute__((weak));
int host_get_ntp_synchronized(struct call *c, const struct host_get_ntp_synchronized_args *a, bool *result_r)
    __attribute__((weak));
int host_get_sched_gran(struct call *c, const struct host_get_sched_gran_args *a, enum host_sched_gran *result_r)
    __attribute__((weak));
int host_get_server_certificate(struct call *c, const struct host_get_server_certificate_args *a, const char **result_r)
    __attribute__((weak));
int host_get_server_localtime(struct call *c, const struct host_get_server_localtime_args *a, int64_t *result_r)
    __attribute__((weak));
int host_get_servertime(struct call *c, const struct host_get_servertime_args *a, int64_t *result_r)
    __attribute__((weak));
int host_get_sm_diagnostics(struct call *c, const struct host_get_sm_diagnostics_args *a, const char **result_r)
    __attribute__((weak));
int host_get_system_status_capabilities(struct call *c, const struct host_get_system_status_capabilities_args *a, const char **result_r)
    __attribute__((weak));
int host_get_thread_diagnostics(struct call *c, const struct host_get_thread_diagnostics_args *a, const char **result_r)
    __attribute__((weak));
int host_get_tracked_user_agents(struct call *c, const struct host_get_tracked_user_agents_args *a, struct map *result_r)
    __attribute__((weak));
int host_get_uncooperative_domains(struct call *c, const struct host_get_uncooperative_domains_args *a, struct set *result_r)
    __attribute__((weak));
int host_get_uncooperative_resident_VMs(struct call *c, const struct host_get_uncooperative_resident_VMs_args *a, struct set *result_r)
    __attribute__((weak));
int host_get_vms_which_prevent_evacuation(struct call *c, const struct host_get_vms_which_prevent_evacuation_args *a, struct map *result_r)
    __attribute__((weak));
int host_ha_disable_failover_decisions(struct call *c, const struct host_ha_disable_failover_decisions_args *a)
    __attribute__((weak));
int host_ha_disarm_fencing(struct call *c, const struct host_ha_disarm_fencing_args *a)
    __attribute__((weak));
int host_ha_join_liveset(struct call *c, const struct host_ha_join_liveset_args *a)
    __attribute__((weak));
int host_ha_release_resources(struct call *c, const struct host_ha_release_resources_args *a)
    __attribute__((weak));
int host_ha_stop_daemon(struct call *c, const struct host_ha_stop_daemon_args *a)
    __attribute__((weak));
int host_ha_wait_for_shutdown_via_statefile(struct call *c, const struct host_ha_wait_for_shutdown_via_statefile_args *a)
    __attribute__((weak));
int host_ha_xapi_healthcheck(struct call *c, const struct host_ha_xapi_healthcheck_args *a, bool *result_r)
    __attribute__((weak));
int host_has_extension(struct call *c, const struct host_has_extension_args *a, bool *result_r)
    __attribute__((weak));
int host_install_ca_certificate(struct call *c, const struct host_install_ca_certificate_args *a)
    __attribute__((weak));
int host_install_server_certificate(struct call *c, const struct host_install_server_certificate_args *a)
    __attribute__((weak));
int host_is_in_emergency_mode(struct call *c, const struct host_is_in_emergency_mode_args *a, bool *result_r)
    __attribute__((weak));
int host_license_add(struct call *c, const struct host_license_add_args *a)
    __attribute__((weak));
int host_license_apply(struct call *c, const struct host_license_apply_args *a)
    __attribute__((weak));
int host_license_remove(struct call *c, const struct host_license_remove_args *a)
    __attribute__((weak));
int host_list_methods(struct call *c, const struct host_list_methods_args *a, struct set *result_r)
    __attribute__((weak));
int host_list_timezones(struct call *c, const struct host_list_timezones_args *a, struct set *result_r)
    __attribute__((weak));
int host_local_assert_healthy(struct call *c, const struct host_local_assert_healthy_args *a)
    __attribute__((weak));
int host_local_management_reconfigure(struct call *c, const struct host_local_management_reconfigure_args *a)
    __attribute__((weak));
int host_management_disable(struct call *c, const struct host_management_disable_args *a)
    __attribute__((weak));
int host_management_reconfigure(struct call *c, const struct host_management_reconfigure_args *a)
    __attribute__((weak));
int host_migrate_receive(struct call *c, const struct host_migrate_receive_args *a, struct map *result_r)
    __attribute__((weak));
int host_mxgpu_vf_setup(struct call *c, const struct host_mxgpu_vf_setup_args *a)
    __attribute__((weak));
int host_notify(struct call *c, const struct host_notify_args *a)
    __attribute__((weak));
int host_notify_accept_new_pool_secret(struct call *c, const struct host_notify_accept_new_pool_secret_args *a)
    __attribute__((weak));
int host_notify_send_new_pool_secret(struct call *c, const struct host_notify_send_new_pool_secret_args *a)
    __attribute__((weak));
int host_nvidia_vf_setup(struct call *c, const struct host_nvidia_vf_setup_args *a)
    __attribute__((weak));
int host_power_on(struct call *c, const struct host_power_on_args *a)
    __attribute__((weak));
int host_preconfigure_ha(struct call *c, const struct host_preconfigure_ha_args *a)
    __attribute__((weak));
int host_prepare_for_poweroff(struct call *c, const struct host_prepare_for_poweroff_args *a)
    __attribute__((weak));
int host_propose_new_master(struct call *c, const struct host_propose_new_master_args *a)
    __attribute__((weak));
int host_query_data_source(struct call *c, const struct host_query_data_source_args *a, double *result_r)
    __attribute__((weak));
int host_reboot(struct call *c, const struct host_reboot_args *a)
    __attribute__((weak));
int host_record_data_source(struct call *c, const struct host_record_data_source_args *a)
    __attribute__((weak));
int host_refresh_pack_info(struct call *c, const struct host_refresh_pack_info_args *a)
    __attribute__((weak));
int host_refresh_server_certificate(struct call *c, const struct host_refresh_server_certificate_args *a)
    __attribute__((weak));
int host_remove_from_guest_VCPUs_params(struct call *c, const struct host_remove_from_guest_VCPUs_params_args *a)
    __attribute__((weak));
int host_remove_from_license_server(struct call *c, const struct host_remove_from_license_server_args *a)
    __attribute__((weak));
int host_remove_from_logging(struct call *c, const struct host_remove_from_logging_args *a)
    __attribute__((weak));
int host_remove_from_other_config(struct call *c, const struct host_remove_from_other_config_args *a)
    __attribute__((weak));
int host_remove_tags(struct call *c, const struct host_remove_tags_args *a)
    __attribute__((weak));
int host_request_backup(struct call *c, const struct host_request_backup_args *a)
    __attribute__((weak));
int host_request_config_file_sync(struct call *c, const struct host_request_config_file_sync_args *a)
    __attribute__((weak));
int host_rescan_drivers(struct call *c, const struct host_rescan_drivers_args *a)
    __attribute__((weak));
int host_reset_cpu_features(struct call *c, const struct host_reset_cpu_features_args *a)
    __attribute__((weak));
int host_reset_networking(struct call *c, const struct host_reset_networking_args *a)
    __attribute__((weak));
int host_reset_server_certificate(struct call *c, const struct host_reset_server_certificate_args *a)
    __attribute__((weak));
int host_restart_agent(struct call *c, const struct host_restart_agent_args *a)
    __attribute__((weak));
int host_retrieve_wlb_evacuate_recommendations(struct call *c, const struct host_retrieve_wlb_evacuate_recommendations_args *a, struct map *result_r)
    __attribute__((weak));
int host_send_debug_keys(struct call *c, const struct host_send_debug_keys_args *a)
    __attribute__((weak));
int host_set_address(struct call *c, const struct host_set_address_args *a)
    __attribute__((weak));
int host_set_console_idle_timeout(struct call *c, const struct host_set_console_idle_timeout_args *a)
    __attribute__((weak));
int host_set_cpu_features(struct call *c, const struct host_set_cpu_features_args *a)
    __attribute__((weak));
int host_set_crash_dump_sr(struct call *c, const struct host_set_crash_dump_sr_args *a)
    __attribute__((weak));
int host_set_display(struct call *c, const struct host_set_display_args *a)
    __attribute__((weak));
int host_set_guest_VCPUs_params(struct call *c, const struct host_set_guest_VCPUs_params_args *a)
    __attribute__((weak));
int host_set_hostname(struct call *c, const struct host_set_hostname_args *a)
    __attribute__((weak));
int host_set_hostname_live(struct call *c, const struct host_set_hostname_live_args *a)
    __attribute__((weak));
int host_set_https_only(struct call *c, const struct host_set_https_only_args *a)
    __attribute__((weak));
int host_set_iscsi_iqn(struct call *c, const struct host_set_iscsi_iqn_args *a)
    __attribute__((weak));
int host_set_license_params(struct call *c, const struct host_set_license_params_args *a)
    __attribute__((weak));
int host_set_license_server(struct call *c, const struct host_set_license_server_args *a)
    __attribute__((weak));
int host_set_localdb_key(struct call *c, const struct host_set_localdb_key_args *a)
    __attribute__((weak));
int host_set_logging(struct call *c, const struct host_set_logging_args *a)
    __attribute__((weak));
int host_set_max_cstate(struct call *c, const struct host_set_max_cstate_args *a)
    __attribute__((weak));
int host_set_multipathing(struct call *c, const struct host_set_multipathing_args *a)
    __attribute__((weak));
int host_set_name_description(struct call *c, const struct host_set_name_description_args *a)
    __attribute__((weak));
int host_set_name_label(struct call *c, const struct host_set_name_label_args *a)
    __attribute__((weak));
int host_set_ntp_custom_servers(struct call *c, const struct host_set_ntp_custom_servers_args *a)
    __attribute__((weak));
int host_set_ntp_mode(struct call *c, const struct host_set_ntp_mode_args *a)
    __attribute__((weak));
int host_set_numa_affinity_policy(struct call *c, const struct host_set_numa_affinity_policy_args *a)
    __attribute__((weak));
int host_set_other_config(struct call *c, const struct host_set_other_config_args *a)
    __attribute__((weak));
int host_set_power_on_mode(struct call *c, const struct host_set_power_on_mode_args *a)
    __attribute__((weak));
int host_set_sched_gran(struct call *c, const struct host_set_sched_gran_args *a)
    __attribute__((weak));
int host_set_servertime(struct call *c, const struct host_set_servertime_args *a)
    __attribute__((weak));
int host_set_ssh_auto_mode(struct call *c, const struct host_set_ssh_auto_mode_args *a)
    __attribute__((weak));
int host_set_ssh_enabled_timeout(struct call *c, const struct host_set_ssh_enabled_timeout_args *a)
    __attribute__((weak));
int host_set_ssl_legacy(struct call *c, const struct host_set_ssl_legacy_args *a)
    __attribute__((weak));
int host_set_suspend_image_sr(struct call *c, const struct host_set_suspend_image_sr_args *a)
    __attribute__((weak));
int host_set_tags(struct call *c, const struct host_set_tags_args *a)
    __attribute__((weak));
int host_set_timezone(struct call *c, const struct host_set_timezone_args *a)
    __attribute__((weak));
int host_set_uefi_certificates(struct call *c, const struct host_set_uefi_certificates_args *a)
    __attribute__((weak));
int host_shutdown(struct call *c, const struct host_shutdown_args *a)
    __attribute__((weak));
int host_shutdown_agent(struct call *c, const struct host_shutdown_agent_args *a)
    __attribute__((weak));
int host_signal_networking_change(struct call *c, const struct host_signal_networking_change_args *a)
    __attribute__((weak));
int host_sm_dp_destroy(struct call *c, const struct host_sm_dp_destroy_args *a)
    __attribute__((weak));
int host_sync_data(struct call *c, const struct host_sync_data_args *a)
    __attribute__((weak));
int host_sync_pif_currently_attached(struct call *c, const struct host_sync_pif_currently_attached_args *a)
    __attribute__((weak));
int host_sync_tunnels(struct call *c, const struct host_sync_tunnels_args *a)
    __attribute__((weak));
int host_sync_vlans(struct call *c, const struct host_sync_vlans_args *a)
    __attribute__((weak));
int host_syslog_reconfigure(struct call *c, const struct host_syslog_reconfigure_args *a)
    __attribute__((weak));
int host_tickle_heartbeat(struct call *c, const struct host_tickle_heartbeat_args *a, struct map *result_r)
    __attribute__((weak));
int host_uninstall_ca_certificate(struct call *c, const struct host_uninstall_ca_certificate_args *a)
    __attribute__((weak));
int host_update_firewalld_service_status(struct call *c, const struct host_update_firewalld_service_status_args *a)
    __attribute__((weak));
int host_update_master(struct call *c, const struct host_update_master_args *a)
    __attribute__((weak));
int host_update_pool_secret(struct call *c, const struct host_update_pool_secret_args *a)
    __attribute__((weak));
int host_write_uefi_certificates_to_disk(struct call *c, const struct host_write_uefi_certificates_to_disk_args *a)
    __attribute__((weak));
int host_cpu_add_to_other_config(struct call *c, const struct host_cpu_add_to_other_config_args *a)
    __attribute__((weak));
int host_cpu_remove_from_other_config(struct call *c, const struct host_cpu_remove_from_other_config_args *a)
    __attribute__((weak));
int host_cpu_set_other_config(struct call *c, const struct host_cpu_set_other_config_args *a)
    __attribute__((weak));
int host_crashdump_add_to_other_config(struct call *c, const struct host_crashdump_add_to_other_config_args *a)
    __attribute__((weak));
int host_crashdump_destroy(struct call *c, const struct host_crashdump_destroy_args *a)
    __attribute__((weak));
int host_crashdump_remove_from_other_config(struct call *c, const struct host_crashdump_remove_from_other_config_args *a)
    __attribute__((weak));
int host_crashdump_set_other_config(struct call *c, const struct host_crashdump_set_other_config_args *a)
    __attribute__((weak));
int host_crashdump_upload(struct call *c, const struct host_crashdump_upload_args *a)
    __attribute__((weak));
int host_metrics_add_to_other_config(struct call *c, const struct host_metrics_add_to_other_config_args *a)
    __attribute__((weak));
int host_metrics_remove_from_other_config(struct call *c, const struct host_metrics_remove_from_other_config_args *a)
    __attribute__((weak));
int host_metrics_set_other_config(struct call *c, const struct host_metrics_set_other_config_args *a)
    __attribute__((weak));
int host_patch_add_to_other_config(struct call *c, const struct host_patch_add_to_other_config_args *a)
    __attribute__((weak));
int host_patch_apply(struct call *c, const struct host_patch_apply_args *a, const char **result_r)
    __attribute__((weak));
int host_patch_destroy(struct call *c, const struct host_patch_destroy_args *a)
    __attribute__((weak));
int host_patch_remove_from_other_config(struct call *c, const struct host_patch_remove_from_other_config_args *a)
    __attribute__((weak));
int host_patch_set_other_config(struct call *c, const struct host_patch_set_other_config_args *a)
    __attribute__((weak));
int message_create(struct call *c, const struct message_create_args *a, struct ref *result_r)
    __attribute__((weak));
int message_destroy(struct call *c, const struct message_destroy_args *a)
    __attribute__((weak));
int message_destroy_all(struct call *c, const struct message_destroy_all_args *a)
    __attribute__((weak));
int message_destroy_many(struct call *c, const struct message_destroy_many_args *a)
    __attribute__((weak));
int message_get(struct call *c, const struct message_get_args *a, struct map *result_r)
    __attribute__((weak));
int message_get_all(struct call *c, const struct message_get_all_args *a, struct set *result_r)
    __attribute__((weak));
int message_get_all_records(struct call *c, const struct message_get_all_records_args *a, struct map *result_r)
    __attribute__((weak));
int message_get_all_records_where(struct call *c, const struct message_get_all_records_where_args *a, struct map *result_r)
    __attribute__((weak));
int message_get_by_uuid(struct call *c, const struct message_get_by_uuid_args *a, struct ref *result_r)
    __attribute__((weak));
int message_get_record(struct call *c, const struct message_get_record_args *a, const struct message **result_r)
    __attribute__((weak));
int message_get_since(struct call *c, const struct message_get_since_args *a, struct map *result_r)
    __attribute__((weak));
int network_add_purpose(struct call *c, const struct network_add_purpose_args *a)
    __attribute__((weak));
int network_add_tags(struct call *c, const struct network_add_tags_args *a)
    __attribute__((weak));
int network_add_to_other_config(struct call *c, const struct network_add_to_other_config_args *a)
    __attribute__((weak));
int network_attach(struct call *c, const struct network_attach_args *a)
    __attribute__((weak));
int network_attach_for_vm(struct call *c, const struct network_attach_for_vm_args *a)
    __attribute__((weak));
int network_create(struct call *c, const struct network_create_args *a, struct ref *result_r)
    __attribute__((weak));
int network_create_new_blob(struct call *c, const struct network_create_new_blob_args *a, struct ref *result_r)
    __attribute__((weak));
int network_destroy(struct call *c, const struct network_destroy_args *a)
    __attribute__((weak));
int network_detach_for_vm(struct call *c, const struct network_detach_for_vm_args *a)
    __attribute__((weak));
int network_pool_introduce(struct call *c, const struct network_pool_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int network_remove_from_other_config(struct call *c, const struct network_remove_from_other_config_args *a)
    __attribute__((weak));
int network_remove_purpose(struct call *c, const struct network_remove_purpose_args *a)
    __attribute__((weak));
int network_remove_tags(struct call *c, const struct network_remove_tags_args *a)
    __attribute__((weak));
int network_set_MTU(struct call *c, const struct network_set_MTU_args *a)
    __attribute__((weak));
int network_set_default_locking_mode(struct call *c, const struct network_set_default_locking_mode_args *a)
    __attribute__((weak));
int network_set_name_description(struct call *c, const struct network_set_name_description_args *a)
    __attribute__((weak));
int network_set_name_label(struct call *c, const struct network_set_name_label_args *a)
    __attribute__((weak));
int network_set_other_config(struct call *c, const struct network_set_other_config_args *a)
    __attribute__((weak));
int network_set_tags(struct call *c, const struct network_set_tags_args *a)
    __attribute__((weak));
int network_sriov_create(struct call *c, const struct network_sriov_create_args *a, struct ref *result_r)
    __attribute__((weak));
int network_sriov_destroy(struct call *c, const struct network_sriov_destroy_args *a)
    __attribute__((weak));
int network_sriov_get_remaining_capacity(struct call *c, const struct network_sriov_get_remaining_capacity_args *a, int64_t *result_r)
    __attribute__((weak));
int pool_add_repository(struct call *c, const struct pool_add_repository_args *a)
    __attribute__((weak));
int pool_add_tags(struct call *c, const struct pool_add_tags_args *a)
    __attribute__((weak));
int pool_add_to_guest_agent_config(struct call *c, const struct pool_add_to_guest_agent_config_args *a)
    __attribute__((weak));
int pool_add_to_gui_config(struct call *c, const struct pool_add_to_gui_config_args *a)
    __attribute__((weak));
int pool_add_to_health_check_config(struct call *c, const struct pool_add_to_health_check_config_args *a)
    __attribute__((weak));
int pool_add_to_license_server(struct call *c, const struct pool_add_to_license_server_args *a)
    __attribute__((weak));
int pool_add_to_other_config(struct call *c, const struct pool_add_to_other_config_args *a)
    __attribute__((weak));
int pool_apply_edition(struct call *c, const struct pool_apply_edition_args *a)
    __attribute__((weak));
int pool_audit_log_append(struct call *c, const struct pool_audit_log_append_args *a)
    __attribute__((weak));
int pool_certificate_install(struct call *c, const struct pool_certificate_install_args *a)
    __attribute__((weak));
int pool_certificate_list(struct call *c, const struct pool_certificate_list_args *a, struct set *result_r)
    __attribute__((weak));
int pool_certificate_sync(struct call *c, const struct pool_certificate_sync_args *a)
    __attribute__((weak));
int pool_certificate_uninstall(struct call *c, const struct pool_certificate_uninstall_args *a)
    __attribute__((weak));
int pool_check_update_readiness(struct call *c, const struct pool_check_update_readiness_args *a, struct set *result_r)
    __attribute__((weak));
int pool_configure_repository_proxy(struct call *c, const struct pool_configure_repository_proxy_args *a)
    __attribute__((weak));
int pool_configure_update_sync(struct call *c, const struct pool_configure_update_sync_args *a)
    __attribute__((weak));
int pool_create_VLAN(struct call *c, const struct pool_create_VLAN_args *a, struct set *result_r)
    __attribute__((weak));
int pool_create_VLAN_from_PIF(struct call *c, const struct pool_create_VLAN_from_PIF_args *a, struct set *result_r)
    __attribute__((weak));
int pool_create_new_blob(struct call *c, const struct pool_create_new_blob_args *a, struct ref *result_r)
    __attribute__((weak));
int pool_crl_install(struct call *c, const struct pool_crl_install_args *a)
    __attribute__((weak));
int pool_crl_list(struct call *c, const struct pool_crl_list_args *a, struct set *result_r)
    __attribute__((weak));
int pool_crl_uninstall(struct call *c, const struct pool_crl_uninstall_args *a)
    __attribute__((weak));
int pool_deconfigure_wlb(struct call *c, const struct pool_deconfigure_wlb_args *a)
    __attribute__((weak));
int pool_designate_new_master(struct call *c, const struct pool_designate_new_master_args *a)
    __attribute__((weak));
int pool_detect_nonhomogeneous_external_auth(struct call *c, const struct pool_detect_nonhomogeneous_external_auth_args *a)
    __attribute__((weak));
int pool_disable_binary_storage(struct call *c, const struct pool_disable_binary_storage_args *a)
    __attribute__((weak));
int pool_disable_client_certificate_auth(struct call *c, const struct pool_disable_client_certificate_auth_args *a)
    __attribute__((weak));
int pool_disable_external_auth(struct call *c, const struct pool_disable_external_auth_args *a)
    __attribute__((weak));
int pool_disable_ha(struct call *c, const struct pool_disable_ha_args *a)
    __attribute__((weak));
int pool_disable_local_storage_caching(struct call *c, const struct pool_disable_local_storage_caching_args *a)
    __attribute__((weak));
int pool_disable_redo_log(struct call *c, const struct pool_disable_redo_log_args *a)
    __attribute__((weak));
int pool_disable_repository_proxy(struct call *c, const struct pool_disable_repository_proxy_args *a)
    __attribute__((weak));
int pool_disable_ssh(struct call *c, const struct pool_disable_ssh_args *a)
    __attribute__((weak));
int pool_disable_ssl_legacy(struct call *c, const struct pool_disable_ssl_legacy_args *a)
    __attribute__((weak));
int pool_eject(struct call *c, const struct pool_eject_args *a)
    __attribute__((weak));
int pool_emergency_reset_master(struct call *c, const struct pool_emergency_reset_master_args *a)
    __attribute__((weak));
int pool_emergency_transition_to_master(struct call *c, const struct pool_emergency_transition_to_master_args *a)
    __attribute__((weak));
int pool_enable_binary_storage(struct call *c, const struct pool_enable_binary_storage_args *a)
    __attribute__((weak));
int pool_enable_client_certificate_auth(struct call *c, const struct pool_enable_client_certificate_auth_args *a)
    __attribute__((weak));
int pool_enable_external_auth(struct call *c, const struct pool_enable_external_auth_args *a)
    __attribute__((weak));
int pool_enable_ha(struct call *c, const struct pool_enable_ha_args *a)
    __attribute__((weak));
int pool_enable_local_storage_caching(struct call *c, const struct pool_enable_local_storage_caching_args *a)
    __attribute__((weak));
int pool_enable_redo_log(struct call *c, const struct pool_enable_redo_log_args *a)
    __attribute__((weak));
int pool_enable_ssh(struct call *c, const struct pool_enable_ssh_args *a)
    __attribute__((weak));
int pool_enable_ssl_legacy(struct call *c, const struct pool_enable_ssl_legacy_args *a)
    __attribute__((weak));
int pool_enable_tls_verification(struct call *c, const struct pool_enable_tls_verification_args *a)
    __attribute__((weak));
int pool_exchange_ca_certificates_on_join(struct call *c, const struct pool_exchange_ca_certificates_on_join_args *a, struct map *result_r)
    __attribute__((weak));
int pool_exchange_certificates_on_join(struct call *c, const struct pool_exchange_certificates_on_join_args *a, struct map *result_r)
    __attribute__((weak));
int pool_exchange_crls_on_join(struct call *c, const struct pool_exchange_crls_on_join_args *a, struct map *result_r)
    __attribute__((weak));
int pool_exchange_trusted_certificates_on_join(struct call *c, const struct pool_exchange_trusted_certificates_on_join_args *a, struct map *result_r)
    __attribute__((weak));
int pool_external_auth_set_ldaps(struct call *c, const struct pool_external_auth_set_ldaps_args *a)
    __attribute__((weak));
int pool_get_guest_secureboot_readiness(struct call *c, const struct pool_get_guest_secureboot_readiness_args *a, enum pool_guest_secureboot_readiness *result_r)
    __attribute__((weak));
int pool_get_license_state(struct call *c, const struct pool_get_license_state_args *a, struct map *result_r)
    __attribute__((weak));
int pool_ha_compute_hypothetical_max_host_failures_to_tolerate(struct call *c, const struct pool_ha_compute_hypothetical_max_host_failures_to_tolerate_args *a, int64_t *result_r)
    __attribute__((weak));
int pool_ha_compute_max_host_failures_to_tolerate(struct call *c, const struct pool_ha_compute_max_host_failures_to_tolerate_args *a, int64_t *result_r)
    __attribute__((weak));
int pool_ha_compute_vm_failover_plan(struct call *c, const struct pool_ha_compute_vm_failover_plan_args *a, struct map *result_r)
    __attribute__((weak));
int pool_ha_failover_plan_exists(struct call *c, const struct pool_ha_failover_plan_exists_args *a, bool *result_r)
    __attribute__((weak));
int pool_ha_prevent_restarts_for(struct call *c, const struct pool_ha_prevent_restarts_for_args *a)
    __attribute__((weak));
int pool_ha_schedule_plan_recomputation(struct call *c, const struct pool_ha_schedule_plan_recomputation_args *a)
    __attribute__((weak));
int pool_has_extension(struct call *c, const struct pool_has_extension_args *a, bool *result_r)
    __attribute__((weak));
int pool_hello(struct call *c, const struct pool_hello_args *a, enum hello_return *result_r)
    __attribute__((weak));
int pool_initial_auth(struct call *c, const struct pool_initial_auth_args *a, const char **result_r)
    __attribute__((weak));
int pool_initialize_wlb(struct call *c, const struct pool_initialize_wlb_args *a)
    __attribute__((weak));
int pool_install_ca_certificate(struct call *c, const struct pool_install_ca_certificate_args *a)
    __attribute__((weak));
int pool_install_trusted_certificate(struct call *c, const struct pool_install_trusted_certificate_args *a)
    __attribute__((weak));
int pool_is_slave(struct call *c, const struct pool_is_slave_args *a, bool *result_r)
    __attribute__((weak));
int pool_join(struct call *c, const struct pool_join_args *a)
    __attribute__((weak));
int pool_join_force(struct call *c, const struct pool_join_force_args *a)
    __attribute__((weak));
int pool_management_reconfigure(struct call *c, const struct pool_management_reconfigure_args *a)
    __attribute__((weak));
int pool_recover_slaves(struct call *c, const struct pool_recover_slaves_args *a, struct set *result_r)
    __attribute__((weak));
int pool_remove_from_guest_agent_config(struct call *c, const struct pool_remove_from_guest_agent_config_args *a)
    __attribute__((weak));
int pool_remove_from_gui_config(struct call *c, const struct pool_remove_from_gui_config_args *a)
    __attribute__((weak));
int pool_remove_from_health_check_config(struct call *c, const struct pool_remove_from_health_check_config_args *a)
    __attribute__((weak));
int pool_remove_from_license_server(struct call *c, const struct pool_remove_from_license_server_args *a)
    __attribute__((weak));
int pool_remove_from_other_config(struct call *c, const struct pool_remove_from_other_config_args *a)
    __attribute__((weak));
int pool_remove_repository(struct call *c, const struct pool_remove_repository_args *a)
    __attribute__((weak));
int pool_remove_tags(struct call *c, const struct pool_remove_tags_args *a)
    __attribute__((weak));
int pool_reset_telemetry_uuid(struct call *c, const struct pool_reset_telemetry_uuid_args *a)
    __attribute__((weak));
int pool_retrieve_wlb_configuration(struct call *c, const struct pool_retrieve_wlb_configuration_args *a, struct map *result_r)
    __attribute__((weak));
int pool_retrieve_wlb_recommendations(struct call *c, const struct pool_retrieve_wlb_recommendations_args *a, struct map *result_r)
    __attribute__((weak));
int pool_rotate_secret(struct call *c, const struct pool_rotate_secret_args *a)
    __attribute__((weak));
int pool_send_test_post(struct call *c, const struct pool_send_test_post_args *a, const char **result_r)
    __attribute__((weak));
int pool_send_wlb_configuration(struct call *c, const struct pool_send_wlb_configuration_args *a)
    __attribute__((weak));
int pool_set_auto_update_vm_secureboot_certificates(struct call *c, const struct pool_set_auto_update_vm_secureboot_certificates_args *a)
    __attribute__((weak));
int pool_set_console_idle_timeout(struct call *c, const struct pool_set_console_idle_timeout_args *a)
    __attribute__((weak));
int pool_set_coordinator_bias(struct call *c, const struct pool_set_coordinator_bias_args *a)
    __attribute__((weak));
int pool_set_crash_dump_SR(struct call *c, const struct pool_set_crash_dump_SR_args *a)
    __attribute__((weak));
int pool_set_custom_uefi_certificates(struct call *c, const struct pool_set_custom_uefi_certificates_args *a)
    __attribute__((weak));
int pool_set_default_SR(struct call *c, const struct pool_set_default_SR_args *a)
    __attribute__((weak));
int pool_set_ext_auth_cache_enabled(struct call *c, const struct pool_set_ext_auth_cache_enabled_args *a)
    __attribute__((weak));
int pool_set_ext_auth_cache_expiry(struct call *c, const struct pool_set_ext_auth_cache_expiry_args *a)
    __attribute__((weak));
int pool_set_ext_auth_cache_size(struct call *c, const struct pool_set_ext_auth_cache_size_args *a)
    __attribute__((weak));
int pool_set_ext_auth_max_threads(struct call *c, const struct pool_set_ext_auth_max_threads_args *a)
    __attribute__((weak));
int pool_set_gui_config(struct call *c, const struct pool_set_gui_config_args *a)
    __attribute__((weak));
int pool_set_ha_allow_overcommit(struct call *c, const struct pool_set_ha_allow_overcommit_args *a)
    __attribute__((weak));
int pool_set_ha_host_failures_to_tolerate(struct call *c, const struct pool_set_ha_host_failures_to_tolerate_args *a)
    __attribute__((weak));
int pool_set_ha_reboot_vm_on_internal_shutdown(struct call *c, const struct pool_set_ha_reboot_vm_on_internal_shutdown_args *a)
    __attribute__((weak));
int pool_set_health_check_config(struct call *c, const struct pool_set_health_check_config_args *a)
    __attribute__((weak));
int pool_set_https_only(struct call *c, const struct pool_set_https_only_args *a)
    __attribute__((weak));
int pool_set_igmp_snooping_enabled(struct call *c, const struct pool_set_igmp_snooping_enabled_args *a)
    __attribute__((weak));
int pool_set_is_psr_pending(struct call *c, const struct pool_set_is_psr_pending_args *a)
    __attribute__((weak));
int pool_set_license_server(struct call *c, const struct pool_set_license_server_args *a)
    __attribute__((weak));
int pool_set_limit_console_sessions(struct call *c, const struct pool_set_limit_console_sessions_args *a)
    __attribute__((weak));
int pool_set_live_patching_disabled(struct call *c, const struct pool_set_live_patching_disabled_args *a)
    __attribute__((weak));
int pool_set_local_auth_max_threads(struct call *c, const struct pool_set_local_auth_max_threads_args *a)
    __attribute__((weak));
int pool_set_migration_compression(struct call *c, const struct pool_set_migration_compression_args *a)
    __attribute__((weak));
int pool_set_name_description(struct call *c, const struct pool_set_name_description_args *a)
    __attribute__((weak));
int pool_set_name_label(struct call *c, const struct pool_set_name_label_args *a)
    __attribute__((weak));
int pool_set_other_config(struct call *c, const struct pool_set_other_config_args *a)
    __attribute__((weak));
int pool_set_policy_no_vendor_device(struct call *c, const struct pool_set_policy_no_vendor_device_args *a)
    __attribute__((weak));
int pool_set_repositories(struct call *c, const struct pool_set_repositories_args *a)
    __attribute__((weak));
int pool_set_ssh_auto_mode(struct call *c, const struct pool_set_ssh_auto_mode_args *a)
    __attribute__((weak));
int pool_set_ssh_enabled_timeout(struct call *c, const struct pool_set_ssh_enabled_timeout_args *a)
    __attribute__((weak));
int pool_set_suspend_image_SR(struct call *c, const struct pool_set_suspend_image_SR_args *a)
    __attribute__((weak));
int pool_set_tags(struct call *c, const struct pool_set_tags_args *a)
    __attribute__((weak));
int pool_set_telemetry_next_collection(struct call *c, const struct pool_set_telemetry_next_collection_args *a)
    __attribute__((weak));
int pool_set_uefi_certificates(struct call *c, const struct pool_set_uefi_certificates_args *a)
    __attribute__((weak));
int pool_set_update_sync_enabled(struct call *c, const struct pool_set_update_sync_enabled_args *a)
    __attribute__((weak));
int pool_set_vm_console_idle_timeout(struct call *c, const struct pool_set_vm_console_idle_timeout_args *a)
    __attribute__((weak));
int pool_set_vswitch_controller(struct call *c, const struct pool_set_vswitch_controller_args *a)
    __attribute__((weak));
int pool_set_wlb_enabled(struct call *c, const struct pool_set_wlb_enabled_args *a)
    __attribute__((weak));
int pool_set_wlb_verify_cert(struct call *c, const struct pool_set_wlb_verify_cert_args *a)
    __attribute__((weak));
int pool_sync_database(struct call *c, const struct pool_sync_database_args *a)
    __attribute__((weak));
int pool_sync_trusted_certificates_from(struct call *c, const struct pool_sync_trusted_certificates_from_args *a, struct set *result_r)
    __attribute__((weak));
int pool_sync_updates(struct call *c, const struct pool_sync_updates_args *a, const char **result_r)
    __attribute__((weak));
int pool_test_archive_target(struct call *c, const struct pool_test_archive_target_args *a, const char **result_r)
    __attribute__((weak));
int pool_uninstall_ca_certificate(struct call *c, const struct pool_uninstall_ca_certificate_args *a)
    __attribute__((weak));
int pool_uninstall_trusted_certificate(struct call *c, const struct pool_uninstall_trusted_certificate_args *a)
    __attribute__((weak));
int pool_patch_add_to_other_config(struct call *c, const struct pool_patch_add_to_other_config_args *a)
    __attribute__((weak));
int pool_patch_apply(struct call *c, const struct pool_patch_apply_args *a, const char **result_r)
    __attribute__((weak));
int pool_patch_clean(struct call *c, const struct pool_patch_clean_args *a)
    __attribute__((weak));
int pool_patch_clean_on_host(struct call *c, const struct pool_patch_clean_on_host_args *a)
    __attribute__((weak));
int pool_patch_destroy(struct call *c, const struct pool_patch_destroy_args *a)
    __attribute__((weak));
int pool_patch_pool_apply(struct call *c, const struct pool_patch_pool_apply_args *a)
    __attribute__((weak));
int pool_patch_pool_clean(struct call *c, const struct pool_patch_pool_clean_args *a)
    __attribute__((weak));
int pool_patch_precheck(struct call *c, const struct pool_patch_precheck_args *a, const char **result_r)
    __attribute__((weak));
int pool_patch_remove_from_other_config(struct call *c, const struct pool_patch_remove_from_other_config_args *a)
    __attribute__((weak));
int pool_patch_set_other_config(struct call *c, const struct pool_patch_set_other_config_args *a)
    __attribute__((weak));
int pool_update_add_to_other_config(struct call *c, const struct pool_update_add_to_other_config_args *a)
    __attribute__((weak));
int pool_update_apply(struct call *c, const struct pool_update_apply_args *a)
    __attribute__((weak));
int pool_update_attach(struct call *c, const struct pool_update_attach_args *a, const char **result_r)
    __attribute__((weak));
int pool_update_destroy(struct call *c, const struct pool_update_destroy_args *a)
    __attribute__((weak));
int pool_update_detach(struct call *c, const struct pool_update_detach_args *a)
    __attribute__((weak));
int pool_update_introduce(struct call *c, const struct pool_update_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int pool_update_pool_apply(struct call *c, const struct pool_update_pool_apply_args *a)
    __attribute__((weak));
int pool_update_pool_clean(struct call *c, const struct pool_update_pool_clean_args *a)
    __attribute__((weak));
int pool_update_precheck(struct call *c, const struct pool_update_precheck_args *a, enum livepatch_status *result_r)
    __attribute__((weak));
int pool_update_remove_from_other_config(struct call *c, const struct pool_update_remove_from_other_config_args *a)
    __attribute__((weak));
int pool_update_resync_host(struct call *c, const struct pool_update_resync_host_args *a)
    __attribute__((weak));
int pool_update_set_other_config(struct call *c, const struct pool_update_set_other_config_args *a)
    __attribute__((weak));
int role_get_by_permission(struct call *c, const struct role_get_by_permission_args *a, struct set *result_r)
    __attribute__((weak));
int role_get_by_permission_name_label(struct call *c, const struct role_get_by_permission_name_label_args *a, struct set *result_r)
    __attribute__((weak));
int role_get_permissions(struct call *c, const struct role_get_permissions_args *a, struct set *result_r)
    __attribute__((weak));
int role_get_permissions_name_label(struct call *c, const struct role_get_permissions_name_label_args *a, struct set *result_r)
    __attribute__((weak));
int secret_add_to_other_config(struct call *c, const struct secret_add_to_other_config_args *a)
    __attribute__((weak));
int secret_create(struct call *c, const struct secret_create_args *a, struct ref *result_r)
    __attribute__((weak));
int secret_destroy(struct call *c, const struct secret_destroy_args *a)
    __attribute__((weak));
int secret_introduce(struct call *c, const struct secret_introduce_args *a, struct ref *result_r)
    __attribute__((weak));
int secret_remove_from_other_config(struct call *c, const struct secret_remove_from_other_config_args *a)
    __attribute__((weak));
int secret_set_other_config(struct call *c, const struct secret_set_other_config_args *a)
    __attribute__((weak));
int secret_set_value(struct call *c, const struct secret_set_value_args *a)
    __attribute__((weak));
int session_add_to_other_config(struct call *c, const struct session_add_to_other_config_args *a)
    __attribute__((weak));
int session_change_password(struct call *c, const struct session_change_password_args *a)
    __attribute__((weak));
int session_create_from_db_file(struct call *c, const struct session_create_from_db_file_args *a, struct ref *result_r)
    __attribute__((weak));
int session_get_all_subject_identifiers(struct call *c, const struct session_get_all_subject_identifiers_args *a, struct set *result_r)
    __attribute__((weak));
int session_local_logout(struct call *c, const struct session_local_logout_args *a)
    __attribute__((weak));
int session_login_with_password(struct call *c, const struct session_login_with_password_args *a, struct ref *result_r)
    __attribute__((weak));
int session_logout(struct call *c, const struct session_logout_args *a)
    __attribute__((weak));
int session_logout_subject_identifier(struct call *c, const struct session_logout_subject_identifier_args *a)
    __attribute__((weak));
int session_remove_from_other_config(struct call *c, const struct session_remove_from_other_config_args *a)
    __attribute__((weak));
int session_set_other_config(struct call *c, const struct session_set_other_config_args *a)
    __attribute__((weak));
int session_slave_local_login(struct call *c, const struct session_slave_local_login_args *a, struct ref *result_r)
    __attribute__((weak));
int session_slave_local_login_with_password(struct call *c, const struct session_slave_local_login_with_password_args *a, struct ref *result_r)
    __attribute__((weak));
int session_slave_login(struct call *c, const struct session_slave_login_args *a, struct ref *result_r)
    __attribute__((weak));
int subject_add_to_roles(struct call *c, const struct subject_add_to_roles_args *a)
    __attribute__((weak));
int subject_create(struct call *c, const struct subject_create_args *a, struct ref *result_r)
    __attribute__((weak));
int subject_destroy(struct call *c, const struct subject_destroy_args *a)
    __attribute__((weak));
int subject_get_permissions_name_label(struct call *c, const struct subject_get_permissions_name_label_args *a, struct set *result_r)
    __attribute__((weak));
int subject_remove_from_roles(struct call *c, const struct subject_remove_from_roles_args *a)
    __attribute__((weak));
int task_add_to_other_config(struct call *c, const struct task_add_to_other_config_args *a)
    __attribute__((weak));
int task_cancel(struct call *c, const struct task_cancel_args *a)
    __attribute__((weak));
int task_create(struct call *c, const struct task_create_args *a, struct ref *result_r)
    __attribute__((weak));
int task_destroy(struct call *c, const struct task_destroy_args *a)
    __attribute__((weak));
int task_remove_from_other_config(struct call *c, const struct task_remove_from_other_config_args *a)
    __attribute__((weak));
int task_set_error_info(struct call *c, const struct task_set_error_info_args *a)
    __attribute__((weak));
int task_set_other_config(struct call *c, const struct task_set_other_config_args *a)
    __attribute__((weak));
int task_set_progress(struct call *c, const struct task_set_progress_args *a)
    __attribute__((weak));
int task_set_result(struct call *c, const struct task_set_result_args *a)
    __attribute__((weak));
int task_set_status(struct call *c, const struct task_set_status_args *a)
    __attribute__((weak));
int tunnel_add_to_other_config(struct call *c, const struct tunnel_add_to_other_config_args *a)
    __attribute__((weak));
int tunnel_add_to_status(struct call *c, const struct tunnel_add_to_status_args *a)
    __attribute__((weak));
int tunnel_create(struct call *c, const struct tunnel_create_args *a, struct ref *result_r)
    __attribute__((weak));
int tunnel_destroy(struct call *c, const struct tunnel_destroy_args *a)
    __attribute__((weak));
int tunnel_remove_from_other_config(struct call *c, const struct tunnel_remove_from_other_config_args *a)
    __attribute__((weak));
int tunnel_remove_from_status(struct call *c, const struct tunnel_remove_from_status_args *a)
    __attribute__((weak));
int tunnel_set_other_config(struct call *c, const struct tunnel_set_other_config_args *a)
    __attribute__((weak));
int tunnel_set_protocol(struct call *c, const struct tunnel_set_protocol_args *a)
    __attribute__((weak));
int tunnel_set_status(struct call *c, const struct tunnel_set_status_args *a)
    __attribute__((weak));
int user_add_to_other_config(struct call *c, const struct user_add_to_other_config_args *a)
    __attribute__((weak));
int user_create(struct call *c, const struct user_create_args *a, struct ref *result_r)
    __attribute__((weak));
int user_destroy(struct call *c, const struct user_destroy_args *a)
    __attribute__((weak));
int user_remove_from_other_config(struct call *c, const struct user_remove_from_other_config_args *a)
    __attribute__((weak));
int user_set_fullname(struct call *c, const struct user_set_fullname_args *a)
    __attribute__((weak));
int user_set_other_config(struct call *c, const struct user_set_other_config_args *a)
    __attribute__((weak));

#endif
