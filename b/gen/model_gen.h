/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* made from datamodel/, do not edit: classes, enums and arguments as C */

#ifndef XAPID_MODEL_GEN_H
#define XAPID_MODEL_GEN_H

/* Included by model.h, at its end. */

enum class_id {
	CLASS_Bond,
	CLASS_Caller,
	CLASS_Certificate,
	CLASS_Cluster,
	CLASS_Cluster_host,
	CLASS_DR_task,
	CLASS_Diagnostics,
	CLASS_Driver_variant,
	CLASS_Feature,
	CLASS_GPU_group,
	CLASS_Host_driver,
	CLASS_LVHD,
	CLASS_Observer,
	CLASS_PBD,
	CLASS_PCI,
	CLASS_PGPU,
	CLASS_PIF,
	CLASS_PIF_metrics,
	CLASS_PUSB,
	CLASS_PVS_cache_storage,
	CLASS_PVS_proxy,
	CLASS_PVS_server,
	CLASS_PVS_site,
	CLASS_Rate_limit,
	CLASS_Repository,
	CLASS_SDN_controller,
	CLASS_SM,
	CLASS_SR,
	CLASS_USB_group,
	CLASS_VBD,
	CLASS_VBD_metrics,
	CLASS_VDI,
	CLASS_VGPU,
	CLASS_VGPU_type,
	CLASS_VIF,
	CLASS_VIF_metrics,
	CLASS_VLAN,
	CLASS_VM,
	CLASS_VMPP,
	CLASS_VMSS,
	CLASS_VM_appliance,
	CLASS_VM_group,
	CLASS_VM_guest_metrics,
	CLASS_VM_metrics,
	CLASS_VTPM,
	CLASS_VUSB,
	CLASS_auth,
	CLASS_blob,
	CLASS_console,
	CLASS_crashdump,
	CLASS_data_source,
	CLASS_event,
	CLASS_host,
	CLASS_host_cpu,
	CLASS_host_crashdump,
	CLASS_host_metrics,
	CLASS_host_patch,
	CLASS_message,
	CLASS_network,
	CLASS_network_sriov,
	CLASS_plan_journal,
	CLASS_pool,
	CLASS_pool_patch,
	CLASS_pool_update,
	CLASS_probe_result,
	CLASS_role,
	CLASS_secret,
	CLASS_session,
	CLASS_sr_stat,
	CLASS_subject,
	CLASS_task,
	CLASS_tunnel,
	CLASS_user,
	CLASS_vdi_nbd_server_info,
	CLASS_COUNT,
};

enum after_apply_guidance {
	AFTER_APPLY_GUIDANCE_RESTARTHVM,
	AFTER_APPLY_GUIDANCE_RESTARTPV,
	AFTER_APPLY_GUIDANCE_RESTARTHOST,
	AFTER_APPLY_GUIDANCE_RESTARTXAPI,
};

enum allocation_algorithm {
	ALLOCATION_ALGORITHM_BREADTH_FIRST,
	ALLOCATION_ALGORITHM_DEPTH_FIRST,
};

enum bond_mode {
	BOND_MODE_BALANCE_SLB,
	BOND_MODE_ACTIVE_BACKUP,
	BOND_MODE_LACP,
};

enum certificate_purpose {
	CERTIFICATE_PURPOSE_LICENSING,
	CERTIFICATE_PURPOSE_LDAPS,
};

enum certificate_type {
	CERTIFICATE_TYPE_CA,
	CERTIFICATE_TYPE_HOST,
	CERTIFICATE_TYPE_HOST_INTERNAL,
	CERTIFICATE_TYPE_PINNED,
};

enum cls {
	CLS_VM,
	CLS_HOST,
	CLS_SR,
	CLS_POOL,
	CLS_VMPP,
	CLS_VMSS,
	CLS_PVS_PROXY,
	CLS_VDI,
	CLS_CERTIFICATE,
};

enum cluster_host_operation {
	CLUSTER_HOST_OPERATION_ENABLE,
	CLUSTER_HOST_OPERATION_DISABLE,
	CLUSTER_HOST_OPERATION_DESTROY,
};

enum cluster_operation {
	CLUSTER_OPERATION_ADD,
	CLUSTER_OPERATION_REMOVE,
	CLUSTER_OPERATION_ENABLE,
	CLUSTER_OPERATION_DISABLE,
	CLUSTER_OPERATION_DESTROY,
};

enum console_protocol {
	CONSOLE_PROTOCOL_VT100,
	CONSOLE_PROTOCOL_RFB,
	CONSOLE_PROTOCOL_RDP,
};

enum domain_type {
	DOMAIN_TYPE_HVM,
	DOMAIN_TYPE_PV,
	DOMAIN_TYPE_PV_IN_PVH,
	DOMAIN_TYPE_PVH,
	DOMAIN_TYPE_UNSPECIFIED,
};

enum event_operation {
	EVENT_OPERATION_ADD,
	EVENT_OPERATION_DEL,
	EVENT_OPERATION_MOD,
};

enum hello_return {
	HELLO_RETURN_OK,
	HELLO_RETURN_UNKNOWN_HOST,
	HELLO_RETURN_CANNOT_TALK_BACK,
};

enum host_allowed_operations {
	HOST_ALLOWED_OPERATIONS_PROVISION,
	HOST_ALLOWED_OPERATIONS_EVACUATE,
	HOST_ALLOWED_OPERATIONS_SHUTDOWN,
	HOST_ALLOWED_OPERATIONS_REBOOT,
	HOST_ALLOWED_OPERATIONS_POWER_ON,
	HOST_ALLOWED_OPERATIONS_VM_START,
	HOST_ALLOWED_OPERATIONS_VM_RESUME,
	HOST_ALLOWED_OPERATIONS_VM_MIGRATE,
	HOST_ALLOWED_OPERATIONS_APPLY_UPDATES,
	HOST_ALLOWED_OPERATIONS_ENABLE,
};

enum host_display {
	HOST_DISPLAY_ENABLED,
	HOST_DISPLAY_DISABLE_ON_REBOOT,
	HOST_DISPLAY_DISABLED,
	HOST_DISPLAY_ENABLE_ON_REBOOT,
};

enum host_ntp_mode {
	HOST_NTP_MODE_DHCP,
	HOST_NTP_MODE_CUSTOM,
	HOST_NTP_MODE_FACTORY,
	HOST_NTP_MODE_DISABLED,
};

enum host_numa_affinity_policy {
	HOST_NUMA_AFFINITY_POLICY_ANY,
	HOST_NUMA_AFFINITY_POLICY_BEST_EFFORT,
	HOST_NUMA_AFFINITY_POLICY_DEFAULT_POLICY,
};

enum host_sched_gran {
	HOST_SCHED_GRAN_CORE,
	HOST_SCHED_GRAN_CPU,
	HOST_SCHED_GRAN_SOCKET,
};

enum image_format_type {
	IMAGE_FORMAT_TYPE_RAW,
	IMAGE_FORMAT_TYPE_VHD,
	IMAGE_FORMAT_TYPE_QCOW2,
};

enum ip_configuration_mode {
	IP_CONFIGURATION_MODE_NONE,
	IP_CONFIGURATION_MODE_DHCP,
	IP_CONFIGURATION_MODE_STATIC,
};

enum ipv6_configuration_mode {
	IPV6_CONFIGURATION_MODE_NONE,
	IPV6_CONFIGURATION_MODE_DHCP,
	IPV6_CONFIGURATION_MODE_STATIC,
	IPV6_CONFIGURATION_MODE_AUTOCONF,
};

enum latest_synced_updates_applied_state {
	LATEST_SYNCED_UPDATES_APPLIED_STATE_YES,
	LATEST_SYNCED_UPDATES_APPLIED_STATE_NO,
	LATEST_SYNCED_UPDATES_APPLIED_STATE_UNKNOWN,
};

enum livepatch_status {
	LIVEPATCH_STATUS_OK_LIVEPATCH_COMPLETE,
	LIVEPATCH_STATUS_OK_LIVEPATCH_INCOMPLETE,
	LIVEPATCH_STATUS_OK,
};

enum network_default_locking_mode {
	NETWORK_DEFAULT_LOCKING_MODE_UNLOCKED,
	NETWORK_DEFAULT_LOCKING_MODE_DISABLED,
};

enum network_operations {
	NETWORK_OPERATIONS_ATTACHING,
};

enum network_purpose {
	NETWORK_PURPOSE_NBD,
	NETWORK_PURPOSE_INSECURE_NBD,
};

enum on_boot {
	ON_BOOT_RESET,
	ON_BOOT_PERSIST,
};

enum on_crash_behaviour {
	ON_CRASH_BEHAVIOUR_DESTROY,
	ON_CRASH_BEHAVIOUR_COREDUMP_AND_DESTROY,
	ON_CRASH_BEHAVIOUR_RESTART,
	ON_CRASH_BEHAVIOUR_COREDUMP_AND_RESTART,
	ON_CRASH_BEHAVIOUR_PRESERVE,
	ON_CRASH_BEHAVIOUR_RENAME_RESTART,
};

enum on_normal_exit {
	ON_NORMAL_EXIT_DESTROY,
	ON_NORMAL_EXIT_RESTART,
};

enum on_softreboot_behavior {
	ON_SOFTREBOOT_BEHAVIOR_SOFT_REBOOT,
	ON_SOFTREBOOT_BEHAVIOR_DESTROY,
	ON_SOFTREBOOT_BEHAVIOR_RESTART,
	ON_SOFTREBOOT_BEHAVIOR_PRESERVE,
};

enum origin {
	ORIGIN_REMOTE,
	ORIGIN_BUNDLE,
	ORIGIN_REMOTE_POOL,
};

enum pci_dom0_access {
	PCI_DOM0_ACCESS_ENABLED,
	PCI_DOM0_ACCESS_DISABLE_ON_REBOOT,
	PCI_DOM0_ACCESS_DISABLED,
	PCI_DOM0_ACCESS_ENABLE_ON_REBOOT,
};

enum persistence_backend {
	PERSISTENCE_BACKEND_XAPI,
};

enum pif_igmp_status {
	PIF_IGMP_STATUS_ENABLED,
	PIF_IGMP_STATUS_DISABLED,
	PIF_IGMP_STATUS_UNKNOWN,
};

enum placement_policy {
	PLACEMENT_POLICY_ANTI_AFFINITY,
	PLACEMENT_POLICY_NORMAL,
};

enum pool_allowed_operations {
	POOL_ALLOWED_OPERATIONS_HA_ENABLE,
	POOL_ALLOWED_OPERATIONS_HA_DISABLE,
	POOL_ALLOWED_OPERATIONS_CLUSTER_CREATE,
	POOL_ALLOWED_OPERATIONS_DESIGNATE_NEW_MASTER,
	POOL_ALLOWED_OPERATIONS_CONFIGURE_REPOSITORIES,
	POOL_ALLOWED_OPERATIONS_SYNC_UPDATES,
	POOL_ALLOWED_OPERATIONS_SYNC_BUNDLE,
	POOL_ALLOWED_OPERATIONS_GET_UPDATES,
	POOL_ALLOWED_OPERATIONS_APPLY_UPDATES,
	POOL_ALLOWED_OPERATIONS_TLS_VERIFICATION_ENABLE,
	POOL_ALLOWED_OPERATIONS_CERT_REFRESH,
	POOL_ALLOWED_OPERATIONS_EXCHANGE_CERTIFICATES_ON_JOIN,
	POOL_ALLOWED_OPERATIONS_EXCHANGE_CA_CERTIFICATES_ON_JOIN,
	POOL_ALLOWED_OPERATIONS_COPY_PRIMARY_HOST_CERTS,
	POOL_ALLOWED_OPERATIONS_EJECT,
	POOL_ALLOWED_OPERATIONS_EXCHANGE_CRLS_ON_JOIN,
};

enum pool_guest_secureboot_readiness {
	POOL_GUEST_SECUREBOOT_READINESS_READY,
	POOL_GUEST_SECUREBOOT_READINESS_READY_NO_DBX,
	POOL_GUEST_SECUREBOOT_READINESS_NOT_READY,
};

enum primary_address_type {
	PRIMARY_ADDRESS_TYPE_IPV4,
	PRIMARY_ADDRESS_TYPE_IPV6,
};

enum pvs_proxy_status {
	PVS_PROXY_STATUS_STOPPED,
	PVS_PROXY_STATUS_INITIALISED,
	PVS_PROXY_STATUS_CACHING,
	PVS_PROXY_STATUS_INCOMPATIBLE_WRITE_CACHE_MODE,
	PVS_PROXY_STATUS_INCOMPATIBLE_PROTOCOL_VERSION,
};

enum sdn_controller_protocol {
	SDN_CONTROLLER_PROTOCOL_SSL,
	SDN_CONTROLLER_PROTOCOL_PSSL,
};

enum sr_health {
	SR_HEALTH_HEALTHY,
	SR_HEALTH_RECOVERING,
	SR_HEALTH_UNREACHABLE,
	SR_HEALTH_UNAVAILABLE,
};

enum sriov_configuration_mode {
	SRIOV_CONFIGURATION_MODE_SYSFS,
	SRIOV_CONFIGURATION_MODE_MODPROBE,
	SRIOV_CONFIGURATION_MODE_MANUAL,
	SRIOV_CONFIGURATION_MODE_UNKNOWN,
};

enum storage_operations {
	STORAGE_OPERATIONS_SCAN,
	STORAGE_OPERATIONS_DESTROY,
	STORAGE_OPERATIONS_FORGET,
	STORAGE_OPERATIONS_PLUG,
	STORAGE_OPERATIONS_UNPLUG,
	STORAGE_OPERATIONS_UPDATE,
	STORAGE_OPERATIONS_VDI_CREATE,
	STORAGE_OPERATIONS_VDI_INTRODUCE,
	STORAGE_OPERATIONS_VDI_DESTROY,
	STORAGE_OPERATIONS_VDI_RESIZE,
	STORAGE_OPERATIONS_VDI_CLONE,
	STORAGE_OPERATIONS_VDI_SNAPSHOT,
	STORAGE_OPERATIONS_VDI_MIRROR,
	STORAGE_OPERATIONS_VDI_ENABLE_CBT,
	STORAGE_OPERATIONS_VDI_DISABLE_CBT,
	STORAGE_OPERATIONS_VDI_DATA_DESTROY,
	STORAGE_OPERATIONS_VDI_LIST_CHANGED_BLOCKS,
	STORAGE_OPERATIONS_VDI_SET_ON_BOOT,
	STORAGE_OPERATIONS_VDI_BLOCKED,
	STORAGE_OPERATIONS_VDI_COPY,
	STORAGE_OPERATIONS_VDI_FORCE_UNLOCK,
	STORAGE_OPERATIONS_VDI_FORGET,
	STORAGE_OPERATIONS_VDI_GENERATE_CONFIG,
	STORAGE_OPERATIONS_VDI_RESIZE_ONLINE,
	STORAGE_OPERATIONS_VDI_UPDATE,
	STORAGE_OPERATIONS_VDI_REVERT,
	STORAGE_OPERATIONS_PBD_CREATE,
	STORAGE_OPERATIONS_PBD_DESTROY,
};

enum task_allowed_operations {
	TASK_ALLOWED_OPERATIONS_CANCEL,
	TASK_ALLOWED_OPERATIONS_DESTROY,
};

enum task_status_type {
	TASK_STATUS_TYPE_PENDING,
	TASK_STATUS_TYPE_SUCCESS,
	TASK_STATUS_TYPE_FAILURE,
	TASK_STATUS_TYPE_CANCELLING,
	TASK_STATUS_TYPE_CANCELLED,
};

enum telemetry_frequency {
	TELEMETRY_FREQUENCY_DAILY,
	TELEMETRY_FREQUENCY_WEEKLY,
	TELEMETRY_FREQUENCY_MONTHLY,
};

enum tristate_type {
	TRISTATE_TYPE_YES,
	TRISTATE_TYPE_NO,
	TRISTATE_TYPE_UNSPECIFIED,
};

enum tunnel_protocol {
	TUNNEL_PROTOCOL_GRE,
	TUNNEL_PROTOCOL_VXLAN,
};

enum update_after_apply_guidance {
	UPDATE_AFTER_APPLY_GUIDANCE_RESTARTHVM,
	UPDATE_AFTER_APPLY_GUIDANCE_RESTARTPV,
	UPDATE_AFTER_APPLY_GUIDANCE_RESTARTHOST,
	UPDATE_AFTER_APPLY_GUIDANCE_RESTARTXAPI,
};

enum update_guidances {
	UPDATE_GUIDANCES_REBOOT_HOST,
	UPDATE_GUIDANCES_REBOOT_HOST_ON_LIVEPATCH_FAILURE,
	UPDATE_GUIDANCES_REBOOT_HOST_ON_KERNEL_LIVEPATCH_FAILURE,
	UPDATE_GUIDANCES_REBOOT_HOST_ON_XEN_LIVEPATCH_FAILURE,
	UPDATE_GUIDANCES_RESTART_TOOLSTACK,
	UPDATE_GUIDANCES_RESTART_DEVICE_MODEL,
	UPDATE_GUIDANCES_RESTART_VM,
};

enum update_status {
	UPDATE_STATUS_YES,
	UPDATE_STATUS_NO,
	UPDATE_STATUS_UNSPECIFIED,
};

enum update_sync_frequency {
	UPDATE_SYNC_FREQUENCY_DAILY,
	UPDATE_SYNC_FREQUENCY_WEEKLY,
};

enum vbd_mode {
	VBD_MODE_RO,
	VBD_MODE_RW,
};

enum vbd_operations {
	VBD_OPERATIONS_ATTACH,
	VBD_OPERATIONS_EJECT,
	VBD_OPERATIONS_INSERT,
	VBD_OPERATIONS_PLUG,
	VBD_OPERATIONS_UNPLUG,
	VBD_OPERATIONS_UNPLUG_FORCE,
	VBD_OPERATIONS_PAUSE,
	VBD_OPERATIONS_UNPAUSE,
};

enum vbd_type {
	VBD_TYPE_CD,
	VBD_TYPE_DISK,
	VBD_TYPE_FLOPPY,
};

enum vdi_operations {
	VDI_OPERATIONS_CLONE,
	VDI_OPERATIONS_COPY,
	VDI_OPERATIONS_RESIZE,
	VDI_OPERATIONS_RESIZE_ONLINE,
	VDI_OPERATIONS_SNAPSHOT,
	VDI_OPERATIONS_MIRROR,
	VDI_OPERATIONS_DESTROY,
	VDI_OPERATIONS_FORGET,
	VDI_OPERATIONS_UPDATE,
	VDI_OPERATIONS_FORCE_UNLOCK,
	VDI_OPERATIONS_GENERATE_CONFIG,
	VDI_OPERATIONS_ENABLE_CBT,
	VDI_OPERATIONS_DISABLE_CBT,
	VDI_OPERATIONS_DATA_DESTROY,
	VDI_OPERATIONS_LIST_CHANGED_BLOCKS,
	VDI_OPERATIONS_SET_ON_BOOT,
	VDI_OPERATIONS_BLOCKED,
	VDI_OPERATIONS_REVERT_TO,
	VDI_OPERATIONS_REVERT_FROM,
};

enum vdi_type {
	VDI_TYPE_SYSTEM,
	VDI_TYPE_USER,
	VDI_TYPE_EPHEMERAL,
	VDI_TYPE_SUSPEND,
	VDI_TYPE_CRASHDUMP,
	VDI_TYPE_HA_STATEFILE,
	VDI_TYPE_METADATA,
	VDI_TYPE_REDO_LOG,
	VDI_TYPE_RRD,
	VDI_TYPE_PVS_CACHE,
	VDI_TYPE_CBT_METADATA,
};

enum vgpu_type_implementation {
	VGPU_TYPE_IMPLEMENTATION_PASSTHROUGH,
	VGPU_TYPE_IMPLEMENTATION_NVIDIA,
	VGPU_TYPE_IMPLEMENTATION_NVIDIA_SRIOV,
	VGPU_TYPE_IMPLEMENTATION_GVT_G,
	VGPU_TYPE_IMPLEMENTATION_MXGPU,
};

enum vif_ipv4_configuration_mode {
	VIF_IPV4_CONFIGURATION_MODE_NONE,
	VIF_IPV4_CONFIGURATION_MODE_STATIC,
	VIF_IPV4_CONFIGURATION_MODE_DHCP,
};

enum vif_ipv6_configuration_mode {
	VIF_IPV6_CONFIGURATION_MODE_NONE,
	VIF_IPV6_CONFIGURATION_MODE_STATIC,
	VIF_IPV6_CONFIGURATION_MODE_AUTOCONF,
};

enum vif_locking_mode {
	VIF_LOCKING_MODE_NETWORK_DEFAULT,
	VIF_LOCKING_MODE_LOCKED,
	VIF_LOCKING_MODE_UNLOCKED,
	VIF_LOCKING_MODE_DISABLED,
};

enum vif_operations {
	VIF_OPERATIONS_ATTACH,
	VIF_OPERATIONS_PLUG,
	VIF_OPERATIONS_UNPLUG,
};

enum vm_appliance_operation {
	VM_APPLIANCE_OPERATION_START,
	VM_APPLIANCE_OPERATION_CLEAN_SHUTDOWN,
	VM_APPLIANCE_OPERATION_HARD_SHUTDOWN,
	VM_APPLIANCE_OPERATION_SHUTDOWN,
};

enum vm_operations {
	VM_OPERATIONS_SNAPSHOT,
	VM_OPERATIONS_CLONE,
	VM_OPERATIONS_COPY,
	VM_OPERATIONS_CREATE_TEMPLATE,
	VM_OPERATIONS_REVERT,
	VM_OPERATIONS_CHECKPOINT,
	VM_OPERATIONS_SNAPSHOT_WITH_QUIESCE,
	VM_OPERATIONS_PROVISION,
	VM_OPERATIONS_START,
	VM_OPERATIONS_START_ON,
	VM_OPERATIONS_PAUSE,
	VM_OPERATIONS_UNPAUSE,
	VM_OPERATIONS_CLEAN_SHUTDOWN,
	VM_OPERATIONS_CLEAN_REBOOT,
	VM_OPERATIONS_HARD_SHUTDOWN,
	VM_OPERATIONS_POWER_STATE_RESET,
	VM_OPERATIONS_HARD_REBOOT,
	VM_OPERATIONS_SUSPEND,
	VM_OPERATIONS_CSVM,
	VM_OPERATIONS_RESUME,
	VM_OPERATIONS_RESUME_ON,
	VM_OPERATIONS_POOL_MIGRATE,
	VM_OPERATIONS_MIGRATE_SEND,
	VM_OPERATIONS_GET_BOOT_RECORD,
	VM_OPERATIONS_SEND_SYSRQ,
	VM_OPERATIONS_SEND_TRIGGER,
	VM_OPERATIONS_QUERY_SERVICES,
	VM_OPERATIONS_SHUTDOWN,
	VM_OPERATIONS_CALL_PLUGIN,
	VM_OPERATIONS_CHANGING_MEMORY_LIVE,
	VM_OPERATIONS_AWAITING_MEMORY_LIVE,
	VM_OPERATIONS_CHANGING_DYNAMIC_RANGE,
	VM_OPERATIONS_CHANGING_STATIC_RANGE,
	VM_OPERATIONS_CHANGING_MEMORY_LIMITS,
	VM_OPERATIONS_CHANGING_SHADOW_MEMORY,
	VM_OPERATIONS_CHANGING_SHADOW_MEMORY_LIVE,
	VM_OPERATIONS_CHANGING_VCPUS,
	VM_OPERATIONS_CHANGING_VCPUS_LIVE,
	VM_OPERATIONS_CHANGING_NVRAM,
	VM_OPERATIONS_ASSERT_OPERATION_VALID,
	VM_OPERATIONS_DATA_SOURCE_OP,
	VM_OPERATIONS_UPDATE_ALLOWED_OPERATIONS,
	VM_OPERATIONS_MAKE_INTO_TEMPLATE,
	VM_OPERATIONS_IMPORT,
	VM_OPERATIONS_EXPORT,
	VM_OPERATIONS_METADATA_EXPORT,
	VM_OPERATIONS_REVERTING,
	VM_OPERATIONS_DESTROY,
	VM_OPERATIONS_CREATE_VTPM,
	VM_OPERATIONS_SYSPREP,
};

enum vm_power_state {
	VM_POWER_STATE_HALTED,
	VM_POWER_STATE_PAUSED,
	VM_POWER_STATE_RUNNING,
	VM_POWER_STATE_SUSPENDED,
};

enum vm_secureboot_certificates_state {
	VM_SECUREBOOT_CERTIFICATES_STATE_OK,
	VM_SECUREBOOT_CERTIFICATES_STATE_UPDATE_AVAILABLE,
	VM_SECUREBOOT_CERTIFICATES_STATE_UPDATE_ON_BOOT,
};

enum vm_secureboot_readiness {
	VM_SECUREBOOT_READINESS_NOT_SUPPORTED,
	VM_SECUREBOOT_READINESS_DISABLED,
	VM_SECUREBOOT_READINESS_FIRST_BOOT,
	VM_SECUREBOOT_READINESS_READY,
	VM_SECUREBOOT_READINESS_READY_NO_DBX,
	VM_SECUREBOOT_READINESS_SETUP_MODE,
	VM_SECUREBOOT_READINESS_CERTS_INCOMPLETE,
};

enum vm_uefi_mode {
	VM_UEFI_MODE_SETUP,
	VM_UEFI_MODE_USER,
};

enum vmpp_archive_frequency {
	VMPP_ARCHIVE_FREQUENCY_NEVER,
	VMPP_ARCHIVE_FREQUENCY_ALWAYS_AFTER_BACKUP,
	VMPP_ARCHIVE_FREQUENCY_DAILY,
	VMPP_ARCHIVE_FREQUENCY_WEEKLY,
};

enum vmpp_archive_target_type {
	VMPP_ARCHIVE_TARGET_TYPE_NONE,
	VMPP_ARCHIVE_TARGET_TYPE_CIFS,
	VMPP_ARCHIVE_TARGET_TYPE_NFS,
};

enum vmpp_backup_frequency {
	VMPP_BACKUP_FREQUENCY_HOURLY,
	VMPP_BACKUP_FREQUENCY_DAILY,
	VMPP_BACKUP_FREQUENCY_WEEKLY,
};

enum vmpp_backup_type {
	VMPP_BACKUP_TYPE_SNAPSHOT,
	VMPP_BACKUP_TYPE_CHECKPOINT,
};

enum vmss_frequency {
	VMSS_FREQUENCY_HOURLY,
	VMSS_FREQUENCY_DAILY,
	VMSS_FREQUENCY_WEEKLY,
};

enum vmss_type {
	VMSS_TYPE_SNAPSHOT,
	VMSS_TYPE_CHECKPOINT,
	VMSS_TYPE_SNAPSHOT_WITH_QUIESCE,
};

enum vtpm_operations {
	VTPM_OPERATIONS_DESTROY,
};

enum vusb_operations {
	VUSB_OPERATIONS_ATTACH,
	VUSB_OPERATIONS_PLUG,
	VUSB_OPERATIONS_UNPLUG,
};

enum bond_field {
	FIELD_Bond_uuid,
	FIELD_Bond_master,
	FIELD_Bond_slaves,
	FIELD_Bond_other_config,
	FIELD_Bond_primary_slave,
	FIELD_Bond_mode,
	FIELD_Bond_properties,
	FIELD_Bond_links_up,
	FIELD_Bond_auto_update_mac,
};

enum caller_field {
	FIELD_Caller_uuid,
	FIELD_Caller_name_label,
	FIELD_Caller_name_description,
	FIELD_Caller_user_agent,
	FIELD_Caller_client_ip,
	FIELD_Caller_last_access,
	FIELD_Caller_groups,
	FIELD_Caller_rate_limit,
	FIELD_Caller_auto_registered,
};

enum certificate_field {
	FIELD_Certificate_uuid,
	FIELD_Certificate_name,
	FIELD_Certificate_type,
	FIELD_Certificate_host,
	FIELD_Certificate_not_before,
	FIELD_Certificate_not_after,
	FIELD_Certificate_fingerprint,
	FIELD_Certificate_fingerprint_sha256,
	FIELD_Certificate_fingerprint_sha1,
	FIELD_Certificate_purpose,
};

enum cluster_field {
	FIELD_Cluster_uuid,
	FIELD_Cluster_cluster_hosts,
	FIELD_Cluster_pending_forget,
	FIELD_Cluster_cluster_token,
	FIELD_Cluster_cluster_stack,
	FIELD_Cluster_cluster_stack_version,
	FIELD_Cluster_is_quorate,
	FIELD_Cluster_quorum,
	FIELD_Cluster_live_hosts,
	FIELD_Cluster_expected_hosts,
	FIELD_Cluster_allowed_operations,
	FIELD_Cluster_current_operations,
	FIELD_Cluster_pool_auto_join,
	FIELD_Cluster_token_timeout,
	FIELD_Cluster_token_timeout_coefficient,
	FIELD_Cluster_cluster_config,
	FIELD_Cluster_other_config,
};

enum cluster_host_field {
	FIELD_Cluster_host_uuid,
	FIELD_Cluster_host_cluster,
	FIELD_Cluster_host_host,
	FIELD_Cluster_host_enabled,
	FIELD_Cluster_host_PIF,
	FIELD_Cluster_host_joined,
	FIELD_Cluster_host_live,
	FIELD_Cluster_host_last_update_live,
	FIELD_Cluster_host_allowed_operations,
	FIELD_Cluster_host_current_operations,
	FIELD_Cluster_host_other_config,
};

enum dr_task_field {
	FIELD_DR_task_uuid,
	FIELD_DR_task_introduced_SRs,
};

enum driver_variant_field {
	FIELD_Driver_variant_uuid,
	FIELD_Driver_variant_name,
	FIELD_Driver_variant_driver,
	FIELD_Driver_variant_version,
	FIELD_Driver_variant_hardware_present,
	FIELD_Driver_variant_priority,
	FIELD_Driver_variant_status,
};

enum feature_field {
	FIELD_Feature_uuid,
	FIELD_Feature_name_label,
	FIELD_Feature_name_description,
	FIELD_Feature_enabled,
	FIELD_Feature_experimental,
	FIELD_Feature_version,
	FIELD_Feature_host,
};

enum gpu_group_field {
	FIELD_GPU_group_uuid,
	FIELD_GPU_group_name_label,
	FIELD_GPU_group_name_description,
	FIELD_GPU_group_PGPUs,
	FIELD_GPU_group_VGPUs,
	FIELD_GPU_group_GPU_types,
	FIELD_GPU_group_other_config,
	FIELD_GPU_group_allocation_algorithm,
	FIELD_GPU_group_supported_VGPU_types,
	FIELD_GPU_group_enabled_VGPU_types,
};

enum host_driver_field {
	FIELD_Host_driver_uuid,
	FIELD_Host_driver_host,
	FIELD_Host_driver_name,
	FIELD_Host_driver_friendly_name,
	FIELD_Host_driver_variants,
	FIELD_Host_driver_active_variant,
	FIELD_Host_driver_selected_variant,
	FIELD_Host_driver_type,
	FIELD_Host_driver_description,
	FIELD_Host_driver_info,
};

enum lvhd_field {
	FIELD_LVHD_uuid,
};

enum observer_field {
	FIELD_Observer_uuid,
	FIELD_Observer_name_label,
	FIELD_Observer_name_description,
	FIELD_Observer_hosts,
	FIELD_Observer_attributes,
	FIELD_Observer_endpoints,
	FIELD_Observer_components,
	FIELD_Observer_enabled,
};

enum pbd_field {
	FIELD_PBD_uuid,
	FIELD_PBD_host,
	FIELD_PBD_SR,
	FIELD_PBD_device_config,
	FIELD_PBD_currently_attached,
	FIELD_PBD_other_config,
};

enum pci_field {
	FIELD_PCI_uuid,
	FIELD_PCI_class_id,
	FIELD_PCI_class_name,
	FIELD_PCI_vendor_id,
	FIELD_PCI_vendor_name,
	FIELD_PCI_device_id,
	FIELD_PCI_device_name,
	FIELD_PCI_host,
	FIELD_PCI_pci_id,
	FIELD_PCI_functions,
	FIELD_PCI_virtual_functions,
	FIELD_PCI_physical_function,
	FIELD_PCI_attached_VMs,
	FIELD_PCI_dependencies,
	FIELD_PCI_other_config,
	FIELD_PCI_subsystem_vendor_id,
	FIELD_PCI_subsystem_vendor_name,
	FIELD_PCI_subsystem_device_id,
	FIELD_PCI_subsystem_device_name,
	FIELD_PCI_scheduled_to_be_attached_to,
	FIELD_PCI_driver_name,
};

enum pgpu_field {
	FIELD_PGPU_uuid,
	FIELD_PGPU_PCI,
	FIELD_PGPU_GPU_group,
	FIELD_PGPU_host,
	FIELD_PGPU_other_config,
	FIELD_PGPU_supported_VGPU_types,
	FIELD_PGPU_enabled_VGPU_types,
	FIELD_PGPU_resident_VGPUs,
	FIELD_PGPU_size,
	FIELD_PGPU_supported_VGPU_max_capacities,
	FIELD_PGPU_dom0_access,
	FIELD_PGPU_is_system_display_device,
	FIELD_PGPU_compatibility_metadata,
};

enum pif_field {
	FIELD_PIF_uuid,
	FIELD_PIF_device,
	FIELD_PIF_network,
	FIELD_PIF_host,
	FIELD_PIF_MAC,
	FIELD_PIF_MTU,
	FIELD_PIF_VLAN,
	FIELD_PIF_device_name,
	FIELD_PIF_metrics,
	FIELD_PIF_physical,
	FIELD_PIF_currently_attached,
	FIELD_PIF_ip_configuration_mode,
	FIELD_PIF_IP,
	FIELD_PIF_netmask,
	FIELD_PIF_gateway,
	FIELD_PIF_DNS,
	FIELD_PIF_bond_slave_of,
	FIELD_PIF_bond_master_of,
	FIELD_PIF_VLAN_master_of,
	FIELD_PIF_VLAN_slave_of,
	FIELD_PIF_management,
	FIELD_PIF_other_config,
	FIELD_PIF_disallow_unplug,
	FIELD_PIF_tunnel_access_PIF_of,
	FIELD_PIF_tunnel_transport_PIF_of,
	FIELD_PIF_ipv6_configuration_mode,
	FIELD_PIF_IPv6,
	FIELD_PIF_ipv6_gateway,
	FIELD_PIF_primary_address_type,
	FIELD_PIF_managed,
	FIELD_PIF_properties,
	FIELD_PIF_capabilities,
	FIELD_PIF_igmp_snooping_status,
	FIELD_PIF_sriov_physical_PIF_of,
	FIELD_PIF_sriov_logical_PIF_of,
	FIELD_PIF_PCI,
};

enum pif_metrics_field {
	FIELD_PIF_metrics_uuid,
	FIELD_PIF_metrics_io_read_kbs,
	FIELD_PIF_metrics_io_write_kbs,
	FIELD_PIF_metrics_carrier,
	FIELD_PIF_metrics_vendor_id,
	FIELD_PIF_metrics_vendor_name,
	FIELD_PIF_metrics_device_id,
	FIELD_PIF_metrics_device_name,
	FIELD_PIF_metrics_speed,
	FIELD_PIF_metrics_duplex,
	FIELD_PIF_metrics_pci_bus_path,
	FIELD_PIF_metrics_last_updated,
	FIELD_PIF_metrics_other_config,
};

enum pusb_field {
	FIELD_PUSB_uuid,
	FIELD_PUSB_USB_group,
	FIELD_PUSB_host,
	FIELD_PUSB_path,
	FIELD_PUSB_vendor_id,
	FIELD_PUSB_vendor_desc,
	FIELD_PUSB_product_id,
	FIELD_PUSB_product_desc,
	FIELD_PUSB_serial,
	FIELD_PUSB_version,
	FIELD_PUSB_description,
	FIELD_PUSB_passthrough_enabled,
	FIELD_PUSB_other_config,
	FIELD_PUSB_speed,
};

enum pvs_cache_storage_field {
	FIELD_PVS_cache_storage_uuid,
	FIELD_PVS_cache_storage_host,
	FIELD_PVS_cache_storage_SR,
	FIELD_PVS_cache_storage_site,
	FIELD_PVS_cache_storage_size,
	FIELD_PVS_cache_storage_VDI,
};

enum pvs_proxy_field {
	FIELD_PVS_proxy_uuid,
	FIELD_PVS_proxy_site,
	FIELD_PVS_proxy_VIF,
	FIELD_PVS_proxy_currently_attached,
	FIELD_PVS_proxy_status,
};

enum pvs_server_field {
	FIELD_PVS_server_uuid,
	FIELD_PVS_server_addresses,
	FIELD_PVS_server_first_port,
	FIELD_PVS_server_last_port,
	FIELD_PVS_server_site,
};

enum pvs_site_field {
	FIELD_PVS_site_uuid,
	FIELD_PVS_site_name_label,
	FIELD_PVS_site_name_description,
	FIELD_PVS_site_PVS_uuid,
	FIELD_PVS_site_cache_storage,
	FIELD_PVS_site_servers,
	FIELD_PVS_site_proxies,
};

enum rate_limit_field {
	FIELD_Rate_limit_uuid,
	FIELD_Rate_limit_name_label,
	FIELD_Rate_limit_name_description,
	FIELD_Rate_limit_callers,
	FIELD_Rate_limit_burst_size,
	FIELD_Rate_limit_fill_rate,
};

enum repository_field {
	FIELD_Repository_uuid,
	FIELD_Repository_name_label,
	FIELD_Repository_name_description,
	FIELD_Repository_binary_url,
	FIELD_Repository_source_url,
	FIELD_Repository_update,
	FIELD_Repository_hash,
	FIELD_Repository_up_to_date,
	FIELD_Repository_gpgkey_path,
	FIELD_Repository_origin,
	FIELD_Repository_certificate,
};

enum sdn_controller_field {
	FIELD_SDN_controller_uuid,
	FIELD_SDN_controller_protocol,
	FIELD_SDN_controller_address,
	FIELD_SDN_controller_port,
};

enum sm_field {
	FIELD_SM_uuid,
	FIELD_SM_name_label,
	FIELD_SM_name_description,
	FIELD_SM_type,
	FIELD_SM_vendor,
	FIELD_SM_copyright,
	FIELD_SM_version,
	FIELD_SM_required_api_version,
	FIELD_SM_configuration,
	FIELD_SM_capabilities,
	FIELD_SM_features,
	FIELD_SM_host_pending_features,
	FIELD_SM_other_config,
	FIELD_SM_driver_filename,
	FIELD_SM_required_cluster_stack,
	FIELD_SM_supported_image_formats,
};

enum sr_field {
	FIELD_SR_uuid,
	FIELD_SR_name_label,
	FIELD_SR_name_description,
	FIELD_SR_allowed_operations,
	FIELD_SR_current_operations,
	FIELD_SR_VDIs,
	FIELD_SR_PBDs,
	FIELD_SR_virtual_allocation,
	FIELD_SR_physical_utilisation,
	FIELD_SR_physical_size,
	FIELD_SR_type,
	FIELD_SR_content_type,
	FIELD_SR_shared,
	FIELD_SR_other_config,
	FIELD_SR_tags,
	FIELD_SR_default_vdi_visibility,
	FIELD_SR_sm_config,
	FIELD_SR_blobs,
	FIELD_SR_local_cache_enabled,
	FIELD_SR_introduced_by,
	FIELD_SR_clustered,
	FIELD_SR_is_tools_sr,
};

enum usb_group_field {
	FIELD_USB_group_uuid,
	FIELD_USB_group_name_label,
	FIELD_USB_group_name_description,
	FIELD_USB_group_PUSBs,
	FIELD_USB_group_VUSBs,
	FIELD_USB_group_other_config,
};

enum vbd_field {
	FIELD_VBD_uuid,
	FIELD_VBD_allowed_operations,
	FIELD_VBD_current_operations,
	FIELD_VBD_VM,
	FIELD_VBD_VDI,
	FIELD_VBD_device,
	FIELD_VBD_userdevice,
	FIELD_VBD_bootable,
	FIELD_VBD_mode,
	FIELD_VBD_type,
	FIELD_VBD_unpluggable,
	FIELD_VBD_storage_lock,
	FIELD_VBD_empty,
	FIELD_VBD_reserved,
	FIELD_VBD_other_config,
	FIELD_VBD_currently_attached,
	FIELD_VBD_status_code,
	FIELD_VBD_status_detail,
	FIELD_VBD_runtime_properties,
	FIELD_VBD_qos_algorithm_type,
	FIELD_VBD_qos_algorithm_params,
	FIELD_VBD_qos_supported_algorithms,
	FIELD_VBD_metrics,
};

enum vbd_metrics_field {
	FIELD_VBD_metrics_uuid,
	FIELD_VBD_metrics_io_read_kbs,
	FIELD_VBD_metrics_io_write_kbs,
	FIELD_VBD_metrics_last_updated,
	FIELD_VBD_metrics_other_config,
};

enum vdi_field {
	FIELD_VDI_uuid,
	FIELD_VDI_name_label,
	FIELD_VDI_name_description,
	FIELD_VDI_allowed_operations,
	FIELD_VDI_current_operations,
	FIELD_VDI_SR,
	FIELD_VDI_VBDs,
	FIELD_VDI_crash_dumps,
	FIELD_VDI_virtual_size,
	FIELD_VDI_physical_utilisation,
	FIELD_VDI_type,
	FIELD_VDI_sharable,
	FIELD_VDI_read_only,
	FIELD_VDI_other_config,
	FIELD_VDI_storage_lock,
	FIELD_VDI_location,
	FIELD_VDI_managed,
	FIELD_VDI_missing,
	FIELD_VDI_parent,
	FIELD_VDI_xenstore_data,
	FIELD_VDI_sm_config,
	FIELD_VDI_is_a_snapshot,
	FIELD_VDI_snapshot_of,
	FIELD_VDI_snapshots,
	FIELD_VDI_snapshot_time,
	FIELD_VDI_tags,
	FIELD_VDI_allow_caching,
	FIELD_VDI_on_boot,
	FIELD_VDI_metadata_of_pool,
	FIELD_VDI_metadata_latest,
	FIELD_VDI_is_tools_iso,
	FIELD_VDI_cbt_enabled,
};

enum vgpu_field {
	FIELD_VGPU_uuid,
	FIELD_VGPU_VM,
	FIELD_VGPU_GPU_group,
	FIELD_VGPU_device,
	FIELD_VGPU_currently_attached,
	FIELD_VGPU_other_config,
	FIELD_VGPU_type,
	FIELD_VGPU_resident_on,
	FIELD_VGPU_scheduled_to_be_resident_on,
	FIELD_VGPU_compatibility_metadata,
	FIELD_VGPU_extra_args,
	FIELD_VGPU_PCI,
};

enum vgpu_type_field {
	FIELD_VGPU_type_uuid,
	FIELD_VGPU_type_vendor_name,
	FIELD_VGPU_type_model_name,
	FIELD_VGPU_type_framebuffer_size,
	FIELD_VGPU_type_max_heads,
	FIELD_VGPU_type_max_resolution_x,
	FIELD_VGPU_type_max_resolution_y,
	FIELD_VGPU_type_size,
	FIELD_VGPU_type_supported_on_PGPUs,
	FIELD_VGPU_type_enabled_on_PGPUs,
	FIELD_VGPU_type_VGPUs,
	FIELD_VGPU_type_internal_config,
	FIELD_VGPU_type_supported_on_GPU_groups,
	FIELD_VGPU_type_enabled_on_GPU_groups,
	FIELD_VGPU_type_implementation,
	FIELD_VGPU_type_identifier,
	FIELD_VGPU_type_experimental,
	FIELD_VGPU_type_compatible_types_in_vm,
	FIELD_VGPU_type_compatible_types_on_pgpu,
};

enum vif_field {
	FIELD_VIF_uuid,
	FIELD_VIF_allowed_operations,
	FIELD_VIF_current_operations,
	FIELD_VIF_device,
	FIELD_VIF_network,
	FIELD_VIF_VM,
	FIELD_VIF_MAC,
	FIELD_VIF_MTU,
	FIELD_VIF_reserved,
	FIELD_VIF_other_config,
	FIELD_VIF_currently_attached,
	FIELD_VIF_status_code,
	FIELD_VIF_status_detail,
	FIELD_VIF_runtime_properties,
	FIELD_VIF_qos_algorithm_type,
	FIELD_VIF_qos_algorithm_params,
	FIELD_VIF_qos_supported_algorithms,
	FIELD_VIF_metrics,
	FIELD_VIF_MAC_autogenerated,
	FIELD_VIF_locking_mode,
	FIELD_VIF_ipv4_allowed,
	FIELD_VIF_ipv6_allowed,
	FIELD_VIF_ipv4_configuration_mode,
	FIELD_VIF_ipv4_addresses,
	FIELD_VIF_ipv4_gateway,
	FIELD_VIF_ipv6_configuration_mode,
	FIELD_VIF_ipv6_addresses,
	FIELD_VIF_ipv6_gateway,
	FIELD_VIF_reserved_pci,
	FIELD_VIF_trunks,
};

enum vif_metrics_field {
	FIELD_VIF_metrics_uuid,
	FIELD_VIF_metrics_io_read_kbs,
	FIELD_VIF_metrics_io_write_kbs,
	FIELD_VIF_metrics_last_updated,
	FIELD_VIF_metrics_other_config,
};

enum vlan_field {
	FIELD_VLAN_uuid,
	FIELD_VLAN_tagged_PIF,
	FIELD_VLAN_untagged_PIF,
	FIELD_VLAN_tag,
	FIELD_VLAN_other_config,
};

enum vm_field {
	FIELD_VM_uuid,
	FIELD_VM_allowed_operations,
	FIELD_VM_current_operations,
	FIELD_VM_name_label,
	FIELD_VM_name_description,
	FIELD_VM_power_state,
	FIELD_VM_user_version,
	FIELD_VM_is_a_template,
	FIELD_VM_is_default_template,
	FIELD_VM_suspend_VDI,
	FIELD_VM_resident_on,
	FIELD_VM_scheduled_to_be_resident_on,
	FIELD_VM_affinity,
	FIELD_VM_memory_overhead,
	FIELD_VM_memory_target,
	FIELD_VM_memory_static_max,
	FIELD_VM_memory_dynamic_max,
	FIELD_VM_memory_dynamic_min,
	FIELD_VM_memory_static_min,
	FIELD_VM_VCPUs_params,
	FIELD_VM_VCPUs_max,
	FIELD_VM_VCPUs_at_startup,
	FIELD_VM_actions_after_softreboot,
	FIELD_VM_actions_after_shutdown,
	FIELD_VM_actions_after_reboot,
	FIELD_VM_actions_after_crash,
	FIELD_VM_consoles,
	FIELD_VM_VIFs,
	FIELD_VM_VBDs,
	FIELD_VM_VUSBs,
	FIELD_VM_crash_dumps,
	FIELD_VM_VTPMs,
	FIELD_VM_PV_bootloader,
	FIELD_VM_PV_kernel,
	FIELD_VM_PV_ramdisk,
	FIELD_VM_PV_args,
	FIELD_VM_PV_bootloader_args,
	FIELD_VM_PV_legacy_args,
	FIELD_VM_HVM_boot_policy,
	FIELD_VM_HVM_boot_params,
	FIELD_VM_HVM_shadow_multiplier,
	FIELD_VM_platform,
	FIELD_VM_PCI_bus,
	FIELD_VM_other_config,
	FIELD_VM_domid,
	FIELD_VM_domarch,
	FIELD_VM_last_boot_CPU_flags,
	FIELD_VM_is_control_domain,
	FIELD_VM_metrics,
	FIELD_VM_guest_metrics,
	FIELD_VM_last_booted_record,
	FIELD_VM_recommendations,
	FIELD_VM_xenstore_data,
	FIELD_VM_ha_always_run,
	FIELD_VM_ha_restart_priority,
	FIELD_VM_is_a_snapshot,
	FIELD_VM_snapshot_of,
	FIELD_VM_snapshots,
	FIELD_VM_snapshot_time,
	FIELD_VM_transportable_snapshot_id,
	FIELD_VM_blobs,
	FIELD_VM_tags,
	FIELD_VM_blocked_operations,
	FIELD_VM_snapshot_info,
	FIELD_VM_snapshot_metadata,
	FIELD_VM_parent,
	FIELD_VM_children,
	FIELD_VM_bios_strings,
	FIELD_VM_protection_policy,
	FIELD_VM_is_snapshot_from_vmpp,
	FIELD_VM_snapshot_schedule,
	FIELD_VM_is_vmss_snapshot,
	FIELD_VM_appliance,
	FIELD_VM_start_delay,
	FIELD_VM_shutdown_delay,
	FIELD_VM_order,
	FIELD_VM_VGPUs,
	FIELD_VM_attached_PCIs,
	FIELD_VM_suspend_SR,
	FIELD_VM_version,
	FIELD_VM_generation_id,
	FIELD_VM_hardware_platform_version,
	FIELD_VM_has_vendor_device,
	FIELD_VM_requires_reboot,
	FIELD_VM_reference_label,
	FIELD_VM_domain_type,
	FIELD_VM_NVRAM,
	FIELD_VM_pending_guidances,
	FIELD_VM_recommended_guidances,
	FIELD_VM_pending_guidances_recommended,
	FIELD_VM_pending_guidances_full,
	FIELD_VM_groups,
	FIELD_VM_secureboot_certificates_state,
};

enum vmpp_field {
	FIELD_VMPP_uuid,
	FIELD_VMPP_name_label,
	FIELD_VMPP_name_description,
	FIELD_VMPP_is_policy_enabled,
	FIELD_VMPP_backup_type,
	FIELD_VMPP_backup_retention_value,
	FIELD_VMPP_backup_frequency,
	FIELD_VMPP_backup_schedule,
	FIELD_VMPP_is_backup_running,
	FIELD_VMPP_backup_last_run_time,
	FIELD_VMPP_archive_target_type,
	FIELD_VMPP_archive_target_config,
	FIELD_VMPP_archive_frequency,
	FIELD_VMPP_archive_schedule,
	FIELD_VMPP_is_archive_running,
	FIELD_VMPP_archive_last_run_time,
	FIELD_VMPP_VMs,
	FIELD_VMPP_is_alarm_enabled,
	FIELD_VMPP_alarm_config,
	FIELD_VMPP_recent_alerts,
};

enum vmss_field {
	FIELD_VMSS_uuid,
	FIELD_VMSS_name_label,
	FIELD_VMSS_name_description,
	FIELD_VMSS_enabled,
	FIELD_VMSS_type,
	FIELD_VMSS_retained_snapshots,
	FIELD_VMSS_frequency,
	FIELD_VMSS_schedule,
	FIELD_VMSS_last_run_time,
	FIELD_VMSS_VMs,
};

enum vm_appliance_field {
	FIELD_VM_appliance_uuid,
	FIELD_VM_appliance_name_label,
	FIELD_VM_appliance_name_description,
	FIELD_VM_appliance_allowed_operations,
	FIELD_VM_appliance_current_operations,
	FIELD_VM_appliance_VMs,
};

enum vm_group_field {
	FIELD_VM_group_uuid,
	FIELD_VM_group_name_label,
	FIELD_VM_group_name_description,
	FIELD_VM_group_placement,
	FIELD_VM_group_VMs,
};

enum vm_guest_metrics_field {
	FIELD_VM_guest_metrics_uuid,
	FIELD_VM_guest_metrics_os_version,
	FIELD_VM_guest_metrics_netbios_name,
	FIELD_VM_guest_metrics_PV_drivers_version,
	FIELD_VM_guest_metrics_PV_drivers_up_to_date,
	FIELD_VM_guest_metrics_memory,
	FIELD_VM_guest_metrics_disks,
	FIELD_VM_guest_metrics_networks,
	FIELD_VM_guest_metrics_other,
	FIELD_VM_guest_metrics_last_updated,
	FIELD_VM_guest_metrics_other_config,
	FIELD_VM_guest_metrics_live,
	FIELD_VM_guest_metrics_can_use_hotplug_vbd,
	FIELD_VM_guest_metrics_can_use_hotplug_vif,
	FIELD_VM_guest_metrics_PV_drivers_detected,
	FIELD_VM_guest_metrics_services,
};

enum vm_metrics_field {
	FIELD_VM_metrics_uuid,
	FIELD_VM_metrics_memory_actual,
	FIELD_VM_metrics_VCPUs_number,
	FIELD_VM_metrics_VCPUs_utilisation,
	FIELD_VM_metrics_VCPUs_CPU,
	FIELD_VM_metrics_VCPUs_params,
	FIELD_VM_metrics_VCPUs_flags,
	FIELD_VM_metrics_state,
	FIELD_VM_metrics_start_time,
	FIELD_VM_metrics_install_time,
	FIELD_VM_metrics_last_updated,
	FIELD_VM_metrics_other_config,
	FIELD_VM_metrics_hvm,
	FIELD_VM_metrics_nested_virt,
	FIELD_VM_metrics_nomigrate,
	FIELD_VM_metrics_current_domain_type,
	FIELD_VM_metrics_numa_optimised,
	FIELD_VM_metrics_numa_nodes,
	FIELD_VM_metrics_numa_node_memory,
};

enum vtpm_field {
	FIELD_VTPM_uuid,
	FIELD_VTPM_allowed_operations,
	FIELD_VTPM_current_operations,
	FIELD_VTPM_VM,
	FIELD_VTPM_backend,
	FIELD_VTPM_persistence_backend,
	FIELD_VTPM_is_unique,
	FIELD_VTPM_is_protected,
	FIELD_VTPM_contents,
};

enum vusb_field {
	FIELD_VUSB_uuid,
	FIELD_VUSB_allowed_operations,
	FIELD_VUSB_current_operations,
	FIELD_VUSB_VM,
	FIELD_VUSB_USB_group,
	FIELD_VUSB_other_config,
	FIELD_VUSB_currently_attached,
};

enum blob_field {
	FIELD_blob_uuid,
	FIELD_blob_name_label,
	FIELD_blob_name_description,
	FIELD_blob_size,
	FIELD_blob_public,
	FIELD_blob_last_updated,
	FIELD_blob_mime_type,
	FIELD_blob_owner,
};

enum console_field {
	FIELD_console_uuid,
	FIELD_console_protocol,
	FIELD_console_location,
	FIELD_console_VM,
	FIELD_console_other_config,
	FIELD_console_port,
};

enum crashdump_field {
	FIELD_crashdump_uuid,
	FIELD_crashdump_VM,
	FIELD_crashdump_VDI,
	FIELD_crashdump_other_config,
};

enum data_source_field {
	FIELD_data_source_name_label,
	FIELD_data_source_name_description,
	FIELD_data_source_enabled,
	FIELD_data_source_standard,
	FIELD_data_source_units,
	FIELD_data_source_min,
	FIELD_data_source_max,
	FIELD_data_source_value,
};

enum event_field {
	FIELD_event_id,
	FIELD_event_timestamp,
	FIELD_event_class,
	FIELD_event_operation,
	FIELD_event_ref,
	FIELD_event_obj_uuid,
	FIELD_event_snapshot,
};

enum host_field {
	FIELD_host_uuid,
	FIELD_host_name_label,
	FIELD_host_name_description,
	FIELD_host_memory_overhead,
	FIELD_host_allowed_operations,
	FIELD_host_current_operations,
	FIELD_host_API_version_major,
	FIELD_host_API_version_minor,
	FIELD_host_API_version_vendor,
	FIELD_host_API_version_vendor_implementation,
	FIELD_host_enabled,
	FIELD_host_software_version,
	FIELD_host_other_config,
	FIELD_host_capabilities,
	FIELD_host_cpu_configuration,
	FIELD_host_sched_policy,
	FIELD_host_supported_bootloaders,
	FIELD_host_resident_VMs,
	FIELD_host_logging,
	FIELD_host_PIFs,
	FIELD_host_suspend_image_sr,
	FIELD_host_crash_dump_sr,
	FIELD_host_crashdumps,
	FIELD_host_patches,
	FIELD_host_updates,
	FIELD_host_PBDs,
	FIELD_host_host_CPUs,
	FIELD_host_cpu_info,
	FIELD_host_hostname,
	FIELD_host_address,
	FIELD_host_metrics,
	FIELD_host_license_params,
	FIELD_host_boot_free_mem,
	FIELD_host_ha_statefiles,
	FIELD_host_ha_network_peers,
	FIELD_host_blobs,
	FIELD_host_tags,
	FIELD_host_external_auth_type,
	FIELD_host_external_auth_service_name,
	FIELD_host_external_auth_configuration,
	FIELD_host_edition,
	FIELD_host_license_server,
	FIELD_host_bios_strings,
	FIELD_host_power_on_mode,
	FIELD_host_power_on_config,
	FIELD_host_local_cache_sr,
	FIELD_host_chipset_info,
	FIELD_host_PCIs,
	FIELD_host_PGPUs,
	FIELD_host_PUSBs,
	FIELD_host_ssl_legacy,
	FIELD_host_guest_VCPUs_params,
	FIELD_host_display,
	FIELD_host_virtual_hardware_platform_versions,
	FIELD_host_control_domain,
	FIELD_host_updates_requiring_reboot,
	FIELD_host_features,
	FIELD_host_iscsi_iqn,
	FIELD_host_multipathing,
	FIELD_host_uefi_certificates,
	FIELD_host_certificates,
	FIELD_host_editions,
	FIELD_host_pending_guidances,
	FIELD_host_tls_verification_enabled,
	FIELD_host_last_software_update,
	FIELD_host_https_only,
	FIELD_host_recommended_guidances,
	FIELD_host_latest_synced_updates_applied,
	FIELD_host_numa_affinity_policy,
	FIELD_host_pending_guidances_recommended,
	FIELD_host_pending_guidances_full,
	FIELD_host_last_update_hash,
	FIELD_host_ssh_enabled,
	FIELD_host_ssh_enabled_timeout,
	FIELD_host_ssh_expiry,
	FIELD_host_console_idle_timeout,
	FIELD_host_ssh_auto_mode,
	FIELD_host_max_cstate,
	FIELD_host_secure_boot,
	FIELD_host_ntp_mode,
	FIELD_host_ntp_custom_servers,
	FIELD_host_timezone,
};

enum host_cpu_field {
	FIELD_host_cpu_uuid,
	FIELD_host_cpu_host,
	FIELD_host_cpu_number,
	FIELD_host_cpu_vendor,
	FIELD_host_cpu_speed,
	FIELD_host_cpu_modelname,
	FIELD_host_cpu_family,
	FIELD_host_cpu_model,
	FIELD_host_cpu_stepping,
	FIELD_host_cpu_flags,
	FIELD_host_cpu_features,
	FIELD_host_cpu_utilisation,
	FIELD_host_cpu_other_config,
};

enum host_crashdump_field {
	FIELD_host_crashdump_uuid,
	FIELD_host_crashdump_host,
	FIELD_host_crashdump_timestamp,
	FIELD_host_crashdump_size,
	FIELD_host_crashdump_filename,
	FIELD_host_crashdump_other_config,
};

enum host_metrics_field {
	FIELD_host_metrics_uuid,
	FIELD_host_metrics_memory_total,
	FIELD_host_metrics_memory_free,
	FIELD_host_metrics_live,
	FIELD_host_metrics_last_updated,
	FIELD_host_metrics_other_config,
};

enum host_patch_field {
	FIELD_host_patch_uuid,
	FIELD_host_patch_name_label,
	FIELD_host_patch_name_description,
	FIELD_host_patch_version,
	FIELD_host_patch_host,
	FIELD_host_patch_filename,
	FIELD_host_patch_applied,
	FIELD_host_patch_timestamp_applied,
	FIELD_host_patch_size,
	FIELD_host_patch_pool_patch,
	FIELD_host_patch_other_config,
};

enum message_field {
	FIELD_message_uuid,
	FIELD_message_name,
	FIELD_message_priority,
	FIELD_message_cls,
	FIELD_message_obj_uuid,
	FIELD_message_timestamp,
	FIELD_message_body,
};

enum network_field {
	FIELD_network_uuid,
	FIELD_network_name_label,
	FIELD_network_name_description,
	FIELD_network_allowed_operations,
	FIELD_network_current_operations,
	FIELD_network_VIFs,
	FIELD_network_PIFs,
	FIELD_network_MTU,
	FIELD_network_other_config,
	FIELD_network_bridge,
	FIELD_network_managed,
	FIELD_network_blobs,
	FIELD_network_tags,
	FIELD_network_default_locking_mode,
	FIELD_network_assigned_ips,
	FIELD_network_purpose,
};

enum network_sriov_field {
	FIELD_network_sriov_uuid,
	FIELD_network_sriov_physical_PIF,
	FIELD_network_sriov_logical_PIF,
	FIELD_network_sriov_requires_reboot,
	FIELD_network_sriov_configuration_mode,
};

enum plan_journal_field {
	FIELD_plan_journal_uuid,
	FIELD_plan_journal_kind,
	FIELD_plan_journal_object,
	FIELD_plan_journal_task,
	FIELD_plan_journal_number,
	FIELD_plan_journal_step,
	FIELD_plan_journal_undoing,
	FIELD_plan_journal_args,
};

enum pool_field {
	FIELD_pool_uuid,
	FIELD_pool_name_label,
	FIELD_pool_name_description,
	FIELD_pool_master,
	FIELD_pool_default_SR,
	FIELD_pool_suspend_image_SR,
	FIELD_pool_crash_dump_SR,
	FIELD_pool_other_config,
	FIELD_pool_ha_enabled,
	FIELD_pool_ha_configuration,
	FIELD_pool_ha_statefiles,
	FIELD_pool_ha_host_failures_to_tolerate,
	FIELD_pool_ha_plan_exists_for,
	FIELD_pool_ha_allow_overcommit,
	FIELD_pool_ha_overcommitted,
	FIELD_pool_blobs,
	FIELD_pool_tags,
	FIELD_pool_gui_config,
	FIELD_pool_health_check_config,
	FIELD_pool_wlb_url,
	FIELD_pool_wlb_username,
	FIELD_pool_wlb_password,
	FIELD_pool_wlb_enabled,
	FIELD_pool_wlb_verify_cert,
	FIELD_pool_redo_log_enabled,
	FIELD_pool_redo_log_vdi,
	FIELD_pool_vswitch_controller,
	FIELD_pool_restrictions,
	FIELD_pool_metadata_VDIs,
	FIELD_pool_ha_cluster_stack,
	FIELD_pool_allowed_operations,
	FIELD_pool_current_operations,
	FIELD_pool_guest_agent_config,
	FIELD_pool_cpu_info,
	FIELD_pool_policy_no_vendor_device,
	FIELD_pool_live_patching_disabled,
	FIELD_pool_igmp_snooping_enabled,
	FIELD_pool_uefi_certificates,
	FIELD_pool_custom_uefi_certificates,
	FIELD_pool_is_psr_pending,
	FIELD_pool_tls_verification_enabled,
	FIELD_pool_repositories,
	FIELD_pool_client_certificate_auth_enabled,
	FIELD_pool_client_certificate_auth_name,
	FIELD_pool_repository_proxy_url,
	FIELD_pool_repository_proxy_username,
	FIELD_pool_repository_proxy_password,
	FIELD_pool_migration_compression,
	FIELD_pool_coordinator_bias,
	FIELD_pool_local_auth_max_threads,
	FIELD_pool_ext_auth_max_threads,
	FIELD_pool_ext_auth_cache_enabled,
	FIELD_pool_ext_auth_cache_size,
	FIELD_pool_ext_auth_cache_expiry,
	FIELD_pool_telemetry_uuid,
	FIELD_pool_telemetry_frequency,
	FIELD_pool_telemetry_next_collection,
	FIELD_pool_last_update_sync,
	FIELD_pool_update_sync_frequency,
	FIELD_pool_update_sync_day,
	FIELD_pool_update_sync_enabled,
	FIELD_pool_recommendations,
	FIELD_pool_license_server,
	FIELD_pool_ha_reboot_vm_on_internal_shutdown,
	FIELD_pool_limit_console_sessions,
	FIELD_pool_vm_console_idle_timeout,
	FIELD_pool_auto_update_vm_secureboot_certificates,
};

enum pool_patch_field {
	FIELD_pool_patch_uuid,
	FIELD_pool_patch_name_label,
	FIELD_pool_patch_name_description,
	FIELD_pool_patch_version,
	FIELD_pool_patch_filename,
	FIELD_pool_patch_size,
	FIELD_pool_patch_pool_applied,
	FIELD_pool_patch_host_patches,
	FIELD_pool_patch_after_apply_guidance,
	FIELD_pool_patch_pool_update,
	FIELD_pool_patch_other_config,
};

enum pool_update_field {
	FIELD_pool_update_uuid,
	FIELD_pool_update_name_label,
	FIELD_pool_update_name_description,
	FIELD_pool_update_version,
	FIELD_pool_update_installation_size,
	FIELD_pool_update_key,
	FIELD_pool_update_after_apply_guidance,
	FIELD_pool_update_vdi,
	FIELD_pool_update_hosts,
	FIELD_pool_update_other_config,
	FIELD_pool_update_enforce_homogeneity,
};

enum probe_result_field {
	FIELD_probe_result_configuration,
	FIELD_probe_result_complete,
	FIELD_probe_result_sr,
	FIELD_probe_result_extra_info,
};

enum role_field {
	FIELD_role_uuid,
	FIELD_role_name_label,
	FIELD_role_name_description,
	FIELD_role_subroles,
	FIELD_role_is_internal,
};

enum secret_field {
	FIELD_secret_uuid,
	FIELD_secret_value,
	FIELD_secret_other_config,
};

enum session_field {
	FIELD_session_uuid,
	FIELD_session_this_host,
	FIELD_session_this_user,
	FIELD_session_last_active,
	FIELD_session_pool,
	FIELD_session_other_config,
	FIELD_session_is_local_superuser,
	FIELD_session_subject,
	FIELD_session_validation_time,
	FIELD_session_auth_user_sid,
	FIELD_session_auth_user_name,
	FIELD_session_rbac_permissions,
	FIELD_session_tasks,
	FIELD_session_parent,
	FIELD_session_originator,
	FIELD_session_client_certificate,
};

enum sr_stat_field {
	FIELD_sr_stat_uuid,
	FIELD_sr_stat_name_label,
	FIELD_sr_stat_name_description,
	FIELD_sr_stat_free_space,
	FIELD_sr_stat_total_space,
	FIELD_sr_stat_clustered,
	FIELD_sr_stat_health,
};

enum subject_field {
	FIELD_subject_uuid,
	FIELD_subject_subject_identifier,
	FIELD_subject_other_config,
	FIELD_subject_roles,
};

enum task_field {
	FIELD_task_uuid,
	FIELD_task_name_label,
	FIELD_task_name_description,
	FIELD_task_allowed_operations,
	FIELD_task_current_operations,
	FIELD_task_created,
	FIELD_task_finished,
	FIELD_task_status,
	FIELD_task_session,
	FIELD_task_owner,
	FIELD_task_resident_on,
	FIELD_task_progress,
	FIELD_task_externalpid,
	FIELD_task_stunnelpid,
	FIELD_task_forwarded,
	FIELD_task_forwarded_to,
	FIELD_task_type,
	FIELD_task_result,
	FIELD_task_error_info,
	FIELD_task_other_config,
	FIELD_task_subtask_of,
	FIELD_task_subtasks,
	FIELD_task_backtrace,
};

enum tunnel_field {
	FIELD_tunnel_uuid,
	FIELD_tunnel_access_PIF,
	FIELD_tunnel_transport_PIF,
	FIELD_tunnel_status,
	FIELD_tunnel_other_config,
	FIELD_tunnel_protocol,
};

enum user_field {
	FIELD_user_uuid,
	FIELD_user_short_name,
	FIELD_user_fullname,
	FIELD_user_other_config,
};

enum vdi_nbd_server_info_field {
	FIELD_vdi_nbd_server_info_exportname,
	FIELD_vdi_nbd_server_info_address,
	FIELD_vdi_nbd_server_info_port,
	FIELD_vdi_nbd_server_info_cert,
	FIELD_vdi_nbd_server_info_subject,
};

struct bond {
	struct record r;
	const char *uuid;
	struct ref master;
	struct set slaves;
	struct map other_config;
	struct ref primary_slave;
	enum bond_mode mode;
	struct map properties;
	int64_t links_up;
	bool auto_update_mac;
};

struct caller {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *user_agent;
	const char *client_ip;
	int64_t last_access;
	struct set groups;
	struct ref rate_limit;
	bool auto_registered;
};

struct certificate {
	struct record r;
	const char *uuid;
	const char *name;
	enum certificate_type type;
	struct ref host;
	int64_t not_before;
	int64_t not_after;
	const char *fingerprint;
	const char *fingerprint_sha256;
	const char *fingerprint_sha1;
	struct set purpose;
};

struct cluster {
	struct record r;
	const char *uuid;
	struct set cluster_hosts;
	struct set pending_forget;
	const char *cluster_token;
	const char *cluster_stack;
	int64_t cluster_stack_version;
	bool is_quorate;
	int64_t quorum;
	int64_t live_hosts;
	int64_t expected_hosts;
	struct set allowed_operations;
	struct map current_operations;
	bool pool_auto_join;
	double token_timeout;
	double token_timeout_coefficient;
	struct map cluster_config;
	struct map other_config;
};

struct cluster_host {
	struct record r;
	const char *uuid;
	struct ref cluster;
	struct ref host;
	bool enabled;
	struct ref PIF;
	bool joined;
	bool live;
	int64_t last_update_live;
	struct set allowed_operations;
	struct map current_operations;
	struct map other_config;
};

struct dr_task {
	struct record r;
	const char *uuid;
	struct set introduced_SRs;
};

struct driver_variant {
	struct record r;
	const char *uuid;
	const char *name;
	struct ref driver;
	const char *version;
	bool hardware_present;
	double priority;
	const char *status;
};

struct feature {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	bool enabled;
	bool experimental;
	const char *version;
	struct ref host;
};

struct gpu_group {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set PGPUs;
	struct set VGPUs;
	struct set GPU_types;
	struct map other_config;
	enum allocation_algorithm allocation_algorithm;
	struct set supported_VGPU_types;
	struct set enabled_VGPU_types;
};

struct host_driver {
	struct record r;
	const char *uuid;
	struct ref host;
	const char *name;
	const char *friendly_name;
	struct set variants;
	struct ref active_variant;
	struct ref selected_variant;
	const char *type;
	const char *description;
	const char *info;
};

struct lvhd {
	struct record r;
	const char *uuid;
};

struct observer {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set hosts;
	struct map attributes;
	struct set endpoints;
	struct set components;
	bool enabled;
};

struct pbd {
	struct record r;
	const char *uuid;
	struct ref host;
	struct ref SR;
	struct map device_config;
	bool currently_attached;
	struct map other_config;
};

struct pci {
	struct record r;
	const char *uuid;
	const char *class_id;
	const char *class_name;
	const char *vendor_id;
	const char *vendor_name;
	const char *device_id;
	const char *device_name;
	struct ref host;
	const char *pci_id;
	int64_t functions;
	struct set virtual_functions;
	struct ref physical_function;
	struct set attached_VMs;
	struct set dependencies;
	struct map other_config;
	const char *subsystem_vendor_id;
	const char *subsystem_vendor_name;
	const char *subsystem_device_id;
	const char *subsystem_device_name;
	struct ref scheduled_to_be_attached_to;
	const char *driver_name;
};

struct pgpu {
	struct record r;
	const char *uuid;
	struct ref PCI;
	struct ref GPU_group;
	struct ref host;
	struct map other_config;
	struct set supported_VGPU_types;
	struct set enabled_VGPU_types;
	struct set resident_VGPUs;
	int64_t size;
	struct map supported_VGPU_max_capacities;
	enum pci_dom0_access dom0_access;
	bool is_system_display_device;
	struct map compatibility_metadata;
};

struct pif {
	struct record r;
	const char *uuid;
	const char *device;
	struct ref network;
	struct ref host;
	const char *MAC;
	int64_t MTU;
	int64_t VLAN;
	const char *device_name;
	struct ref metrics;
	bool physical;
	bool currently_attached;
	enum ip_configuration_mode ip_configuration_mode;
	const char *IP;
	const char *netmask;
	const char *gateway;
	const char *DNS;
	struct ref bond_slave_of;
	struct set bond_master_of;
	struct ref VLAN_master_of;
	struct set VLAN_slave_of;
	bool management;
	struct map other_config;
	bool disallow_unplug;
	struct set tunnel_access_PIF_of;
	struct set tunnel_transport_PIF_of;
	enum ipv6_configuration_mode ipv6_configuration_mode;
	struct set IPv6;
	const char *ipv6_gateway;
	enum primary_address_type primary_address_type;
	bool managed;
	struct map properties;
	struct set capabilities;
	enum pif_igmp_status igmp_snooping_status;
	struct set sriov_physical_PIF_of;
	struct set sriov_logical_PIF_of;
	struct ref PCI;
};

struct pif_metrics {
	struct record r;
	const char *uuid;
	double io_read_kbs;
	double io_write_kbs;
	bool carrier;
	const char *vendor_id;
	const char *vendor_name;
	const char *device_id;
	const char *device_name;
	int64_t speed;
	bool duplex;
	const char *pci_bus_path;
	int64_t last_updated;
	struct map other_config;
};

struct pusb {
	struct record r;
	const char *uuid;
	struct ref USB_group;
	struct ref host;
	const char *path;
	const char *vendor_id;
	const char *vendor_desc;
	const char *product_id;
	const char *product_desc;
	const char *serial;
	const char *version;
	const char *description;
	bool passthrough_enabled;
	struct map other_config;
	double speed;
};

struct pvs_cache_storage {
	struct record r;
	const char *uuid;
	struct ref host;
	struct ref SR;
	struct ref site;
	int64_t size;
	struct ref VDI;
};

struct pvs_proxy {
	struct record r;
	const char *uuid;
	struct ref site;
	struct ref VIF;
	bool currently_attached;
	enum pvs_proxy_status status;
};

struct pvs_server {
	struct record r;
	const char *uuid;
	struct set addresses;
	int64_t first_port;
	int64_t last_port;
	struct ref site;
};

struct pvs_site {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *PVS_uuid;
	struct set cache_storage;
	struct set servers;
	struct set proxies;
};

struct rate_limit {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set callers;
	double burst_size;
	double fill_rate;
};

struct repository {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *binary_url;
	const char *source_url;
	bool update;
	const char *hash;
	bool up_to_date;
	const char *gpgkey_path;
	enum origin origin;
	const char *certificate;
};

struct sdn_controller {
	struct record r;
	const char *uuid;
	enum sdn_controller_protocol protocol;
	const char *address;
	int64_t port;
};

struct sm {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *type;
	const char *vendor;
	const char *copyright;
	const char *version;
	const char *required_api_version;
	struct map configuration;
	struct set capabilities;
	struct map features;
	struct map host_pending_features;
	struct map other_config;
	const char *driver_filename;
	struct set required_cluster_stack;
	struct set supported_image_formats;
};

struct sr {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set allowed_operations;
	struct map current_operations;
	struct set VDIs;
	struct set PBDs;
	int64_t virtual_allocation;
	int64_t physical_utilisation;
	int64_t physical_size;
	const char *type;
	const char *content_type;
	bool shared;
	struct map other_config;
	struct set tags;
	bool default_vdi_visibility;
	struct map sm_config;
	struct map blobs;
	bool local_cache_enabled;
	struct ref introduced_by;
	bool clustered;
	bool is_tools_sr;
};

struct usb_group {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set PUSBs;
	struct set VUSBs;
	struct map other_config;
};

struct vbd {
	struct record r;
	const char *uuid;
	struct set allowed_operations;
	struct map current_operations;
	struct ref VM;
	struct ref VDI;
	const char *device;
	const char *userdevice;
	bool bootable;
	enum vbd_mode mode;
	enum vbd_type type;
	bool unpluggable;
	bool storage_lock;
	bool empty;
	bool reserved;
	struct map other_config;
	bool currently_attached;
	int64_t status_code;
	const char *status_detail;
	struct map runtime_properties;
	const char *qos_algorithm_type;
	struct map qos_algorithm_params;
	struct set qos_supported_algorithms;
	struct ref metrics;
};

struct vbd_metrics {
	struct record r;
	const char *uuid;
	double io_read_kbs;
	double io_write_kbs;
	int64_t last_updated;
	struct map other_config;
};

struct vdi {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set allowed_operations;
	struct map current_operations;
	struct ref SR;
	struct set VBDs;
	struct set crash_dumps;
	int64_t virtual_size;
	int64_t physical_utilisation;
	enum vdi_type type;
	bool sharable;
	bool read_only;
	struct map other_config;
	bool storage_lock;
	const char *location;
	bool managed;
	bool missing;
	struct ref parent;
	struct map xenstore_data;
	struct map sm_config;
	bool is_a_snapshot;
	struct ref snapshot_of;
	struct set snapshots;
	int64_t snapshot_time;
	struct set tags;
	bool allow_caching;
	enum on_boot on_boot;
	struct ref metadata_of_pool;
	bool metadata_latest;
	bool is_tools_iso;
	bool cbt_enabled;
};

struct vgpu {
	struct record r;
	const char *uuid;
	struct ref VM;
	struct ref GPU_group;
	const char *device;
	bool currently_attached;
	struct map other_config;
	struct ref type;
	struct ref resident_on;
	struct ref scheduled_to_be_resident_on;
	struct map compatibility_metadata;
	const char *extra_args;
	struct ref PCI;
};

struct vgpu_type {
	struct record r;
	const char *uuid;
	const char *vendor_name;
	const char *model_name;
	int64_t framebuffer_size;
	int64_t max_heads;
	int64_t max_resolution_x;
	int64_t max_resolution_y;
	int64_t size;
	struct set supported_on_PGPUs;
	struct set enabled_on_PGPUs;
	struct set VGPUs;
	struct map internal_config;
	struct set supported_on_GPU_groups;
	struct set enabled_on_GPU_groups;
	enum vgpu_type_implementation implementation;
	const char *identifier;
	bool experimental;
	struct set compatible_types_in_vm;
	struct set compatible_types_on_pgpu;
};

struct vif {
	struct record r;
	const char *uuid;
	struct set allowed_operations;
	struct map current_operations;
	const char *device;
	struct ref network;
	struct ref VM;
	const char *MAC;
	int64_t MTU;
	bool reserved;
	struct map other_config;
	bool currently_attached;
	int64_t status_code;
	const char *status_detail;
	struct map runtime_properties;
	const char *qos_algorithm_type;
	struct map qos_algorithm_params;
	struct set qos_supported_algorithms;
	struct ref metrics;
	bool MAC_autogenerated;
	enum vif_locking_mode locking_mode;
	struct set ipv4_allowed;
	struct set ipv6_allowed;
	enum vif_ipv4_configuration_mode ipv4_configuration_mode;
	struct set ipv4_addresses;
	const char *ipv4_gateway;
	enum vif_ipv6_configuration_mode ipv6_configuration_mode;
	struct set ipv6_addresses;
	const char *ipv6_gateway;
	struct ref reserved_pci;
	struct set trunks;
};

struct vif_metrics {
	struct record r;
	const char *uuid;
	double io_read_kbs;
	double io_write_kbs;
	int64_t last_updated;
	struct map other_config;
};

struct vlan {
	struct record r;
	const char *uuid;
	struct ref tagged_PIF;
	struct ref untagged_PIF;
	int64_t tag;
	struct map other_config;
};

struct vm {
	struct record r;
	const char *uuid;
	struct set allowed_operations;
	struct map current_operations;
	const char *name_label;
	const char *name_description;
	enum vm_power_state power_state;
	int64_t user_version;
	bool is_a_template;
	bool is_default_template;
	struct ref suspend_VDI;
	struct ref resident_on;
	struct ref scheduled_to_be_resident_on;
	struct ref affinity;
	int64_t memory_overhead;
	int64_t memory_target;
	int64_t memory_static_max;
	int64_t memory_dynamic_max;
	int64_t memory_dynamic_min;
	int64_t memory_static_min;
	struct map VCPUs_params;
	int64_t VCPUs_max;
	int64_t VCPUs_at_startup;
	enum on_softreboot_behavior actions_after_softreboot;
	enum on_normal_exit actions_after_shutdown;
	enum on_normal_exit actions_after_reboot;
	enum on_crash_behaviour actions_after_crash;
	struct set consoles;
	struct set VIFs;
	struct set VBDs;
	struct set VUSBs;
	struct set crash_dumps;
	struct set VTPMs;
	const char *PV_bootloader;
	const char *PV_kernel;
	const char *PV_ramdisk;
	const char *PV_args;
	const char *PV_bootloader_args;
	const char *PV_legacy_args;
	const char *HVM_boot_policy;
	struct map HVM_boot_params;
	double HVM_shadow_multiplier;
	struct map platform;
	const char *PCI_bus;
	struct map other_config;
	int64_t domid;
	const char *domarch;
	struct map last_boot_CPU_flags;
	bool is_control_domain;
	struct ref metrics;
	struct ref guest_metrics;
	const char *last_booted_record;
	const char *recommendations;
	struct map xenstore_data;
	bool ha_always_run;
	const char *ha_restart_priority;
	bool is_a_snapshot;
	struct ref snapshot_of;
	struct set snapshots;
	int64_t snapshot_time;
	const char *transportable_snapshot_id;
	struct map blobs;
	struct set tags;
	struct map blocked_operations;
	struct map snapshot_info;
	const char *snapshot_metadata;
	struct ref parent;
	struct set children;
	struct map bios_strings;
	struct ref protection_policy;
	bool is_snapshot_from_vmpp;
	struct ref snapshot_schedule;
	bool is_vmss_snapshot;
	struct ref appliance;
	int64_t start_delay;
	int64_t shutdown_delay;
	int64_t order;
	struct set VGPUs;
	struct set attached_PCIs;
	struct ref suspend_SR;
	int64_t version;
	const char *generation_id;
	int64_t hardware_platform_version;
	bool has_vendor_device;
	bool requires_reboot;
	const char *reference_label;
	enum domain_type domain_type;
	struct map NVRAM;
	struct set pending_guidances;
	struct set recommended_guidances;
	struct set pending_guidances_recommended;
	struct set pending_guidances_full;
	struct set groups;
	enum vm_secureboot_certificates_state secureboot_certificates_state;
};

struct vmpp {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	bool is_policy_enabled;
	enum vmpp_backup_type backup_type;
	int64_t backup_retention_value;
	enum vmpp_backup_frequency backup_frequency;
	struct map backup_schedule;
	bool is_backup_running;
	int64_t backup_last_run_time;
	enum vmpp_archive_target_type archive_target_type;
	struct map archive_target_config;
	enum vmpp_archive_frequency archive_frequency;
	struct map archive_schedule;
	bool is_archive_running;
	int64_t archive_last_run_time;
	struct set VMs;
	bool is_alarm_enabled;
	struct map alarm_config;
	struct set recent_alerts;
};

struct vmss {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	bool enabled;
	enum vmss_type type;
	int64_t retained_snapshots;
	enum vmss_frequency frequency;
	struct map schedule;
	int64_t last_run_time;
	struct set VMs;
};

struct vm_appliance {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set allowed_operations;
	struct map current_operations;
	struct set VMs;
};

struct vm_group {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	enum placement_policy placement;
	struct set VMs;
};

struct vm_guest_metrics {
	struct record r;
	const char *uuid;
	struct map os_version;
	struct map netbios_name;
	struct map PV_drivers_version;
	bool PV_drivers_up_to_date;
	struct map memory;
	struct map disks;
	struct map networks;
	struct map other;
	int64_t last_updated;
	struct map other_config;
	bool live;
	enum tristate_type can_use_hotplug_vbd;
	enum tristate_type can_use_hotplug_vif;
	bool PV_drivers_detected;
	struct map services;
};

struct vm_metrics {
	struct record r;
	const char *uuid;
	int64_t memory_actual;
	int64_t VCPUs_number;
	struct map VCPUs_utilisation;
	struct map VCPUs_CPU;
	struct map VCPUs_params;
	struct map VCPUs_flags;
	struct set state;
	int64_t start_time;
	int64_t install_time;
	int64_t last_updated;
	struct map other_config;
	bool hvm;
	bool nested_virt;
	bool nomigrate;
	enum domain_type current_domain_type;
	bool numa_optimised;
	int64_t numa_nodes;
	struct map numa_node_memory;
};

struct vtpm {
	struct record r;
	const char *uuid;
	struct set allowed_operations;
	struct map current_operations;
	struct ref VM;
	struct ref backend;
	enum persistence_backend persistence_backend;
	bool is_unique;
	bool is_protected;
	struct ref contents;
};

struct vusb {
	struct record r;
	const char *uuid;
	struct set allowed_operations;
	struct map current_operations;
	struct ref VM;
	struct ref USB_group;
	struct map other_config;
	bool currently_attached;
};

struct blob {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	int64_t size;
	bool public;
	int64_t last_updated;
	const char *mime_type;
	const char *owner;
};

struct console {
	struct record r;
	const char *uuid;
	enum console_protocol protocol;
	const char *location;
	struct ref VM;
	struct map other_config;
	int64_t port;
};

struct crashdump {
	struct record r;
	const char *uuid;
	struct ref VM;
	struct ref VDI;
	struct map other_config;
};

struct data_source {
	struct record r;
	const char *name_label;
	const char *name_description;
	bool enabled;
	bool standard;
	const char *units;
	double min;
	double max;
	double value;
};

struct event {
	struct record r;
	int64_t id;
	int64_t timestamp;
	const char *class;
	enum event_operation operation;
	const char *ref;
	const char *obj_uuid;
	const struct record *snapshot;
};

struct host {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	int64_t memory_overhead;
	struct set allowed_operations;
	struct map current_operations;
	int64_t API_version_major;
	int64_t API_version_minor;
	const char *API_version_vendor;
	struct map API_version_vendor_implementation;
	bool enabled;
	struct map software_version;
	struct map other_config;
	struct set capabilities;
	struct map cpu_configuration;
	const char *sched_policy;
	struct set supported_bootloaders;
	struct set resident_VMs;
	struct map logging;
	struct set PIFs;
	struct ref suspend_image_sr;
	struct ref crash_dump_sr;
	struct set crashdumps;
	struct set patches;
	struct set updates;
	struct set PBDs;
	struct set host_CPUs;
	struct map cpu_info;
	const char *hostname;
	const char *address;
	struct ref metrics;
	struct map license_params;
	int64_t boot_free_mem;
	struct set ha_statefiles;
	struct set ha_network_peers;
	struct map blobs;
	struct set tags;
	const char *external_auth_type;
	const char *external_auth_service_name;
	struct map external_auth_configuration;
	const char *edition;
	struct map license_server;
	struct map bios_strings;
	const char *power_on_mode;
	struct map power_on_config;
	struct ref local_cache_sr;
	struct map chipset_info;
	struct set PCIs;
	struct set PGPUs;
	struct set PUSBs;
	bool ssl_legacy;
	struct map guest_VCPUs_params;
	enum host_display display;
	struct set virtual_hardware_platform_versions;
	struct ref control_domain;
	struct set updates_requiring_reboot;
	struct set features;
	const char *iscsi_iqn;
	bool multipathing;
	const char *uefi_certificates;
	struct set certificates;
	struct set editions;
	struct set pending_guidances;
	bool tls_verification_enabled;
	int64_t last_software_update;
	bool https_only;
	struct set recommended_guidances;
	enum latest_synced_updates_applied_state latest_synced_updates_applied;
	enum host_numa_affinity_policy numa_affinity_policy;
	struct set pending_guidances_recommended;
	struct set pending_guidances_full;
	const char *last_update_hash;
	bool ssh_enabled;
	int64_t ssh_enabled_timeout;
	int64_t ssh_expiry;
	int64_t console_idle_timeout;
	bool ssh_auto_mode;
	const char *max_cstate;
	bool secure_boot;
	enum host_ntp_mode ntp_mode;
	struct set ntp_custom_servers;
	const char *timezone;
};

struct host_cpu {
	struct record r;
	const char *uuid;
	struct ref host;
	int64_t number;
	const char *vendor;
	int64_t speed;
	const char *modelname;
	int64_t family;
	int64_t model;
	const char *stepping;
	const char *flags;
	const char *features;
	double utilisation;
	struct map other_config;
};

struct host_crashdump {
	struct record r;
	const char *uuid;
	struct ref host;
	int64_t timestamp;
	int64_t size;
	const char *filename;
	struct map other_config;
};

struct host_metrics {
	struct record r;
	const char *uuid;
	int64_t memory_total;
	int64_t memory_free;
	bool live;
	int64_t last_updated;
	struct map other_config;
};

struct host_patch {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *version;
	struct ref host;
	const char *filename;
	bool applied;
	int64_t timestamp_applied;
	int64_t size;
	struct ref pool_patch;
	struct map other_config;
};

struct message {
	struct record r;
	const char *uuid;
	const char *name;
	int64_t priority;
	enum cls cls;
	const char *obj_uuid;
	int64_t timestamp;
	const char *body;
};

struct network {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set allowed_operations;
	struct map current_operations;
	struct set VIFs;
	struct set PIFs;
	int64_t MTU;
	struct map other_config;
	const char *bridge;
	bool managed;
	struct map blobs;
	struct set tags;
	enum network_default_locking_mode default_locking_mode;
	struct map assigned_ips;
	struct set purpose;
};

struct network_sriov {
	struct record r;
	const char *uuid;
	struct ref physical_PIF;
	struct ref logical_PIF;
	bool requires_reboot;
	enum sriov_configuration_mode configuration_mode;
};

struct plan_journal {
	struct record r;
	const char *uuid;
	const char *kind;
	const char *object;
	struct ref task;
	int64_t number;
	int64_t step;
	bool undoing;
	struct map args;
};

struct pool {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct ref master;
	struct ref default_SR;
	struct ref suspend_image_SR;
	struct ref crash_dump_SR;
	struct map other_config;
	bool ha_enabled;
	struct map ha_configuration;
	struct set ha_statefiles;
	int64_t ha_host_failures_to_tolerate;
	int64_t ha_plan_exists_for;
	bool ha_allow_overcommit;
	bool ha_overcommitted;
	struct map blobs;
	struct set tags;
	struct map gui_config;
	struct map health_check_config;
	const char *wlb_url;
	const char *wlb_username;
	struct ref wlb_password;
	bool wlb_enabled;
	bool wlb_verify_cert;
	bool redo_log_enabled;
	struct ref redo_log_vdi;
	const char *vswitch_controller;
	struct map restrictions;
	struct set metadata_VDIs;
	const char *ha_cluster_stack;
	struct set allowed_operations;
	struct map current_operations;
	struct map guest_agent_config;
	struct map cpu_info;
	bool policy_no_vendor_device;
	bool live_patching_disabled;
	bool igmp_snooping_enabled;
	const char *uefi_certificates;
	const char *custom_uefi_certificates;
	bool is_psr_pending;
	bool tls_verification_enabled;
	struct set repositories;
	bool client_certificate_auth_enabled;
	const char *client_certificate_auth_name;
	const char *repository_proxy_url;
	const char *repository_proxy_username;
	struct ref repository_proxy_password;
	bool migration_compression;
	bool coordinator_bias;
	int64_t local_auth_max_threads;
	int64_t ext_auth_max_threads;
	bool ext_auth_cache_enabled;
	int64_t ext_auth_cache_size;
	int64_t ext_auth_cache_expiry;
	struct ref telemetry_uuid;
	enum telemetry_frequency telemetry_frequency;
	int64_t telemetry_next_collection;
	int64_t last_update_sync;
	enum update_sync_frequency update_sync_frequency;
	int64_t update_sync_day;
	bool update_sync_enabled;
	struct map recommendations;
	struct map license_server;
	bool ha_reboot_vm_on_internal_shutdown;
	bool limit_console_sessions;
	int64_t vm_console_idle_timeout;
	bool auto_update_vm_secureboot_certificates;
};

struct pool_patch {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *version;
	const char *filename;
	int64_t size;
	bool pool_applied;
	struct set host_patches;
	struct set after_apply_guidance;
	struct ref pool_update;
	struct map other_config;
};

struct pool_update {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *version;
	int64_t installation_size;
	const char *key;
	struct set after_apply_guidance;
	struct ref vdi;
	struct set hosts;
	struct map other_config;
	bool enforce_homogeneity;
};

struct probe_result {
	struct record r;
	struct map configuration;
	bool complete;
	const void *sr;
	struct map extra_info;
};

struct role {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set subroles;
	bool is_internal;
};

struct secret {
	struct record r;
	const char *uuid;
	const char *value;
	struct map other_config;
};

struct session {
	struct record r;
	const char *uuid;
	struct ref this_host;
	struct ref this_user;
	int64_t last_active;
	bool pool;
	struct map other_config;
	bool is_local_superuser;
	struct ref subject;
	int64_t validation_time;
	const char *auth_user_sid;
	const char *auth_user_name;
	struct set rbac_permissions;
	struct set tasks;
	struct ref parent;
	const char *originator;
	bool client_certificate;
};

struct sr_stat {
	struct record r;
	const void *uuid;
	const char *name_label;
	const char *name_description;
	int64_t free_space;
	int64_t total_space;
	bool clustered;
	enum sr_health health;
};

struct subject {
	struct record r;
	const char *uuid;
	const char *subject_identifier;
	struct map other_config;
	struct set roles;
};

struct task {
	struct record r;
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct set allowed_operations;
	struct map current_operations;
	int64_t created;
	int64_t finished;
	enum task_status_type status;
	struct ref session;
	const char *owner;
	struct ref resident_on;
	double progress;
	int64_t externalpid;
	int64_t stunnelpid;
	bool forwarded;
	struct ref forwarded_to;
	const char *type;
	const char *result;
	struct set error_info;
	struct map other_config;
	struct ref subtask_of;
	struct set subtasks;
	const char *backtrace;
};

struct tunnel {
	struct record r;
	const char *uuid;
	struct ref access_PIF;
	struct ref transport_PIF;
	struct map status;
	struct map other_config;
	enum tunnel_protocol protocol;
};

struct user {
	struct record r;
	const char *uuid;
	const char *short_name;
	const char *fullname;
	struct map other_config;
};

struct vdi_nbd_server_info {
	struct record r;
	const char *exportname;
	const char *address;
	int64_t port;
	const char *cert;
	const char *subject;
};

/* Arguments of the messages that the core answers from the tables. */
struct no_args {
	char none;
};
struct self_args {
	struct ref self;
};
struct uuid_args {
	const char *uuid;
};
struct label_args {
	const char *label;
};
struct expr_args {
	const char *expr;
};

struct bond_create_args {
	struct ref network;
	struct set members;
	const char *MAC;
	enum bond_mode mode;
	struct map properties;
};

struct bond_destroy_args {
	struct ref self;
};

struct bond_set_mode_args {
	struct ref self;
	enum bond_mode value;
};

struct bond_set_property_args {
	struct ref self;
	const char *name;
	const char *value;
};

struct bond_set_other_config_args {
	struct ref self;
	struct map value;
};

struct bond_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct bond_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct caller_add_group_args {
	struct ref self;
	const char *group;
};

struct caller_remove_group_args {
	struct ref self;
	const char *group;
};

struct caller_query_token_usage_args {
	struct ref self;
};

struct caller_query_call_count_args {
	struct ref self;
};

struct caller_query_group_token_usage_args {
	const char *group;
};

struct caller_query_group_call_count_args {
	const char *group;
};

struct caller_query_all_usage_args {
	char none;
};

struct caller_set_name_label_args {
	struct ref self;
	const char *value;
};

struct caller_set_name_description_args {
	struct ref self;
	const char *value;
};

struct caller_create_args {
	const struct caller *args;
};

struct caller_destroy_args {
	struct ref self;
};

struct cluster_create_args {
	struct ref PIF;
	const char *cluster_stack;
	bool pool_auto_join;
	double token_timeout;
	double token_timeout_coefficient;
};

struct cluster_destroy_args {
	struct ref self;
};

struct cluster_get_network_args {
	struct ref self;
};

struct cluster_pool_create_args {
	struct ref network;
	const char *cluster_stack;
	double token_timeout;
	double token_timeout_coefficient;
};

struct cluster_pool_force_destroy_args {
	struct ref self;
};

struct cluster_pool_destroy_args {
	struct ref self;
};

struct cluster_pool_resync_args {
	struct ref self;
};

struct cluster_cstack_sync_args {
	struct ref self;
};

struct cluster_set_other_config_args {
	struct ref self;
	struct map value;
};

struct cluster_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct cluster_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct cluster_host_create_args {
	struct ref cluster;
	struct ref host;
	struct ref pif;
};

struct cluster_host_destroy_args {
	struct ref self;
};

struct cluster_host_enable_args {
	struct ref self;
};

struct cluster_host_force_destroy_args {
	struct ref self;
};

struct cluster_host_forget_args {
	struct ref self;
};

struct cluster_host_disable_args {
	struct ref self;
};

struct dr_task_create_args {
	const char *type;
	struct map device_config;
	struct set whitelist;
};

struct dr_task_destroy_args {
	struct ref self;
};

struct diagnostics_gc_compact_args {
	struct ref host;
};

struct diagnostics_gc_stats_args {
	struct ref host;
};

struct diagnostics_db_stats_args {
	char none;
};

struct diagnostics_network_stats_args {
	struct ref host;
	struct map params;
};

struct driver_variant_select_args {
	struct ref self;
};

struct gpu_group_create_args {
	const char *name_label;
	const char *name_description;
	struct map other_config;
};

struct gpu_group_destroy_args {
	struct ref self;
};

struct gpu_group_update_enabled_VGPU_types_args {
	struct ref self;
};

struct gpu_group_update_supported_VGPU_types_args {
	struct ref self;
};

struct gpu_group_get_remaining_capacity_args {
	struct ref self;
	struct ref vgpu_type;
};

struct gpu_group_set_name_label_args {
	struct ref self;
	const char *value;
};

struct gpu_group_set_name_description_args {
	struct ref self;
	const char *value;
};

struct gpu_group_set_other_config_args {
	struct ref self;
	struct map value;
};

struct gpu_group_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct gpu_group_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct gpu_group_set_allocation_algorithm_args {
	struct ref self;
	enum allocation_algorithm value;
};

struct host_driver_select_args {
	struct ref self;
	struct ref variant;
};

struct host_driver_deselect_args {
	struct ref self;
};

struct host_driver_rescan_args {
	struct ref host;
};

struct lvhd_enable_thin_provisioning_args {
	struct ref host;
	struct ref SR;
	int64_t initial_allocation;
	int64_t allocation_quantum;
};

struct observer_register_args {
	struct ref self;
	struct ref host;
};

struct observer_unregister_args {
	struct ref self;
	struct ref host;
};

struct observer_set_hosts_args {
	struct ref self;
	struct set value;
};

struct observer_set_enabled_args {
	struct ref self;
	bool value;
};

struct observer_set_attributes_args {
	struct ref self;
	struct map value;
};

struct observer_set_endpoints_args {
	struct ref self;
	struct set value;
};

struct observer_set_components_args {
	struct ref self;
	struct set value;
};

struct observer_set_name_label_args {
	struct ref self;
	const char *value;
};

struct observer_set_name_description_args {
	struct ref self;
	const char *value;
};

struct observer_create_args {
	const struct observer *args;
};

struct observer_destroy_args {
	struct ref self;
};

struct pbd_plug_args {
	struct ref self;
};

struct pbd_unplug_args {
	struct ref self;
};

struct pbd_set_device_config_args {
	struct ref self;
	struct map value;
};

struct pbd_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pbd_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pbd_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pbd_create_args {
	const struct pbd *args;
};

struct pbd_destroy_args {
	struct ref self;
};

struct pci_disable_dom0_access_args {
	struct ref self;
};

struct pci_enable_dom0_access_args {
	struct ref self;
};

struct pci_get_dom0_access_status_args {
	struct ref self;
};

struct pci_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pci_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pci_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pgpu_add_enabled_VGPU_types_args {
	struct ref self;
	struct ref value;
};

struct pgpu_remove_enabled_VGPU_types_args {
	struct ref self;
	struct ref value;
};

struct pgpu_set_enabled_VGPU_types_args {
	struct ref self;
	struct set value;
};

struct pgpu_set_GPU_group_args {
	struct ref self;
	struct ref value;
};

struct pgpu_get_remaining_capacity_args {
	struct ref self;
	struct ref vgpu_type;
};

struct pgpu_enable_dom0_access_args {
	struct ref self;
};

struct pgpu_disable_dom0_access_args {
	struct ref self;
};

struct pgpu_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pgpu_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pgpu_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pif_create_VLAN_args {
	const char *device;
	struct ref network;
	struct ref host;
	int64_t VLAN;
};

struct pif_destroy_args {
	struct ref self;
};

struct pif_reconfigure_ip_args {
	struct ref self;
	enum ip_configuration_mode mode;
	const char *IP;
	const char *netmask;
	const char *gateway;
	const char *DNS;
};

struct pif_reconfigure_ipv6_args {
	struct ref self;
	enum ipv6_configuration_mode mode;
	const char *IPv6;
	const char *gateway;
	const char *DNS;
};

struct pif_set_primary_address_type_args {
	struct ref self;
	enum primary_address_type primary_address_type;
};

struct pif_scan_args {
	struct ref host;
};

struct pif_introduce_args {
	struct ref host;
	const char *MAC;
	const char *device;
	bool managed;
};

struct pif_forget_args {
	struct ref self;
};

struct pif_unplug_args {
	struct ref self;
};

struct pif_set_disallow_unplug_args {
	struct ref self;
	bool value;
};

struct pif_plug_args {
	struct ref self;
};

struct pif_pool_introduce_args {
	const char *device;
	struct ref network;
	struct ref host;
	const char *MAC;
	int64_t MTU;
	int64_t VLAN;
	bool physical;
	enum ip_configuration_mode ip_configuration_mode;
	const char *IP;
	const char *netmask;
	const char *gateway;
	const char *DNS;
	struct ref bond_slave_of;
	struct ref VLAN_master_of;
	bool management;
	struct map other_config;
	bool disallow_unplug;
	enum ipv6_configuration_mode ipv6_configuration_mode;
	struct set IPv6;
	const char *ipv6_gateway;
	enum primary_address_type primary_address_type;
	bool managed;
	struct map properties;
};

struct pif_db_introduce_args {
	const char *device;
	struct ref network;
	struct ref host;
	const char *MAC;
	int64_t MTU;
	int64_t VLAN;
	bool physical;
	enum ip_configuration_mode ip_configuration_mode;
	const char *IP;
	const char *netmask;
	const char *gateway;
	const char *DNS;
	struct ref bond_slave_of;
	struct ref VLAN_master_of;
	bool management;
	struct map other_config;
	bool disallow_unplug;
	enum ipv6_configuration_mode ipv6_configuration_mode;
	struct set IPv6;
	const char *ipv6_gateway;
	enum primary_address_type primary_address_type;
	bool managed;
	struct map properties;
};

struct pif_db_forget_args {
	struct ref self;
};

struct pif_set_property_args {
	struct ref self;
	const char *name;
	const char *value;
};

struct pif_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pif_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pif_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pif_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pif_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pif_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pusb_scan_args {
	struct ref host;
};

struct pusb_set_passthrough_enabled_args {
	struct ref self;
	bool value;
};

struct pusb_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pusb_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pusb_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pvs_cache_storage_create_args {
	const struct pvs_cache_storage *args;
};

struct pvs_cache_storage_destroy_args {
	struct ref self;
};

struct pvs_proxy_create_args {
	struct ref site;
	struct ref VIF;
};

struct pvs_proxy_destroy_args {
	struct ref self;
};

struct pvs_server_introduce_args {
	struct set addresses;
	int64_t first_port;
	int64_t last_port;
	struct ref site;
};

struct pvs_server_forget_args {
	struct ref self;
};

struct pvs_site_introduce_args {
	const char *name_label;
	const char *name_description;
	const char *PVS_uuid;
};

struct pvs_site_forget_args {
	struct ref self;
};

struct pvs_site_set_PVS_uuid_args {
	struct ref self;
	const char *value;
};

struct pvs_site_set_name_label_args {
	struct ref self;
	const char *value;
};

struct pvs_site_set_name_description_args {
	struct ref self;
	const char *value;
};

struct rate_limit_add_caller_args {
	struct ref self;
	struct ref caller;
};

struct rate_limit_remove_caller_args {
	struct ref self;
	struct ref caller;
};

struct rate_limit_set_burst_size_args {
	struct ref self;
	double value;
};

struct rate_limit_set_fill_rate_args {
	struct ref self;
	double value;
};

struct rate_limit_set_name_label_args {
	struct ref self;
	const char *value;
};

struct rate_limit_set_name_description_args {
	struct ref self;
	const char *value;
};

struct rate_limit_create_args {
	const struct rate_limit *args;
};

struct rate_limit_destroy_args {
	struct ref self;
};

struct repository_introduce_args {
	const char *name_label;
	const char *name_description;
	const char *binary_url;
	const char *source_url;
	bool update;
	const char *gpgkey_path;
};

struct repository_introduce_bundle_args {
	const char *name_label;
	const char *name_description;
};

struct repository_introduce_remote_pool_args {
	const char *name_label;
	const char *name_description;
	const char *binary_url;
	const char *certificate;
};

struct repository_forget_args {
	struct ref self;
};

struct repository_apply_args {
	struct ref host;
};

struct repository_set_gpgkey_path_args {
	struct ref self;
	const char *value;
};

struct repository_apply_livepatch_args {
	struct ref host;
	const char *component;
	const char *base_build_id;
	const char *base_version;
	const char *base_release;
	const char *to_version;
	const char *to_release;
};

struct repository_set_name_label_args {
	struct ref self;
	const char *value;
};

struct repository_set_name_description_args {
	struct ref self;
	const char *value;
};

struct sdn_controller_introduce_args {
	enum sdn_controller_protocol protocol;
	const char *address;
	int64_t port;
};

struct sdn_controller_forget_args {
	struct ref self;
};

struct sm_set_other_config_args {
	struct ref self;
	struct map value;
};

struct sm_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct sm_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct sr_create_args {
	struct ref host;
	struct map device_config;
	int64_t physical_size;
	const char *name_label;
	const char *name_description;
	const char *type;
	const char *content_type;
	bool shared;
	struct map sm_config;
};

struct sr_introduce_args {
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *type;
	const char *content_type;
	bool shared;
	struct map sm_config;
};

struct sr_make_args {
	struct ref host;
	struct map device_config;
	int64_t physical_size;
	const char *name_label;
	const char *name_description;
	const char *type;
	const char *content_type;
	struct map sm_config;
};

struct sr_destroy_args {
	struct ref sr;
};

struct sr_forget_args {
	struct ref sr;
};

struct sr_update_args {
	struct ref sr;
};

struct sr_get_supported_types_args {
	char none;
};

struct sr_scan_args {
	struct ref sr;
};

struct sr_probe_args {
	struct ref host;
	struct map device_config;
	const char *type;
	struct map sm_config;
};

struct sr_probe_ext_args {
	struct ref host;
	struct map device_config;
	const char *type;
	struct map sm_config;
};

struct sr_set_shared_args {
	struct ref sr;
	bool value;
};

struct sr_set_name_label_args {
	struct ref sr;
	const char *value;
};

struct sr_set_name_description_args {
	struct ref sr;
	const char *value;
};

struct sr_create_new_blob_args {
	struct ref sr;
	const char *name;
	const char *mime_type;
	bool public;
};

struct sr_set_physical_size_args {
	struct ref self;
	int64_t value;
};

struct sr_set_virtual_allocation_args {
	struct ref self;
	int64_t value;
};

struct sr_set_physical_utilisation_args {
	struct ref self;
	int64_t value;
};

struct sr_assert_can_host_ha_statefile_args {
	struct ref sr;
};

struct sr_assert_supports_database_replication_args {
	struct ref sr;
};

struct sr_enable_database_replication_args {
	struct ref sr;
};

struct sr_disable_database_replication_args {
	struct ref sr;
};

struct sr_get_data_sources_args {
	struct ref sr;
};

struct sr_record_data_source_args {
	struct ref sr;
	const char *data_source;
};

struct sr_query_data_source_args {
	struct ref sr;
	const char *data_source;
};

struct sr_forget_data_source_archives_args {
	struct ref sr;
	const char *data_source;
};

struct sr_get_live_hosts_args {
	struct ref sr;
};

struct sr_set_other_config_args {
	struct ref self;
	struct map value;
};

struct sr_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct sr_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct sr_set_tags_args {
	struct ref self;
	struct set value;
};

struct sr_add_tags_args {
	struct ref self;
	const char *value;
};

struct sr_remove_tags_args {
	struct ref self;
	const char *value;
};

struct sr_set_sm_config_args {
	struct ref self;
	struct map value;
};

struct sr_add_to_sm_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct sr_remove_from_sm_config_args {
	struct ref self;
	const char *key;
};

struct usb_group_create_args {
	const char *name_label;
	const char *name_description;
	struct map other_config;
};

struct usb_group_destroy_args {
	struct ref self;
};

struct usb_group_set_name_label_args {
	struct ref self;
	const char *value;
};

struct usb_group_set_name_description_args {
	struct ref self;
	const char *value;
};

struct usb_group_set_other_config_args {
	struct ref self;
	struct map value;
};

struct usb_group_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct usb_group_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vbd_eject_args {
	struct ref vbd;
};

struct vbd_insert_args {
	struct ref vbd;
	struct ref vdi;
};

struct vbd_plug_args {
	struct ref self;
};

struct vbd_unplug_args {
	struct ref self;
};

struct vbd_unplug_force_args {
	struct ref self;
};

struct vbd_unplug_force_no_safety_check_args {
	struct ref self;
};

struct vbd_assert_attachable_args {
	struct ref self;
};

struct vbd_pause_args {
	struct ref self;
};

struct vbd_unpause_args {
	struct ref self;
	const char *token;
};

struct vbd_set_mode_args {
	struct ref self;
	enum vbd_mode value;
};

struct vbd_set_userdevice_args {
	struct ref self;
	const char *value;
};

struct vbd_set_bootable_args {
	struct ref self;
	bool value;
};

struct vbd_set_type_args {
	struct ref self;
	enum vbd_type value;
};

struct vbd_set_unpluggable_args {
	struct ref self;
	bool value;
};

struct vbd_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vbd_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vbd_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vbd_set_qos_algorithm_type_args {
	struct ref self;
	const char *value;
};

struct vbd_set_qos_algorithm_params_args {
	struct ref self;
	struct map value;
};

struct vbd_add_to_qos_algorithm_params_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vbd_remove_from_qos_algorithm_params_args {
	struct ref self;
	const char *key;
};

struct vbd_create_args {
	const struct vbd *args;
};

struct vbd_destroy_args {
	struct ref self;
};

struct vbd_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vbd_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vbd_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vdi_snapshot_args {
	struct ref vdi;
	struct map driver_params;
};

struct vdi_clone_args {
	struct ref vdi;
	struct map driver_params;
};

struct vdi_resize_args {
	struct ref vdi;
	int64_t size;
};

struct vdi_resize_online_args {
	struct ref vdi;
	int64_t size;
};

struct vdi_introduce_args {
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct ref SR;
	enum vdi_type type;
	bool sharable;
	bool read_only;
	struct map other_config;
	const char *location;
	struct map xenstore_data;
	struct map sm_config;
	bool managed;
	int64_t virtual_size;
	int64_t physical_utilisation;
	struct ref metadata_of_pool;
	bool is_a_snapshot;
	int64_t snapshot_time;
	struct ref snapshot_of;
};

struct vdi_pool_introduce_args {
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct ref SR;
	enum vdi_type type;
	bool sharable;
	bool read_only;
	struct map other_config;
	const char *location;
	struct map xenstore_data;
	struct map sm_config;
	bool managed;
	int64_t virtual_size;
	int64_t physical_utilisation;
	struct ref metadata_of_pool;
	bool is_a_snapshot;
	int64_t snapshot_time;
	struct ref snapshot_of;
	bool cbt_enabled;
};

struct vdi_db_introduce_args {
	const char *uuid;
	const char *name_label;
	const char *name_description;
	struct ref SR;
	enum vdi_type type;
	bool sharable;
	bool read_only;
	struct map other_config;
	const char *location;
	struct map xenstore_data;
	struct map sm_config;
	bool managed;
	int64_t virtual_size;
	int64_t physical_utilisation;
	struct ref metadata_of_pool;
	bool is_a_snapshot;
	int64_t snapshot_time;
	struct ref snapshot_of;
	bool cbt_enabled;
};

struct vdi_db_forget_args {
	struct ref vdi;
};

struct vdi_update_args {
	struct ref vdi;
};

struct vdi_copy_args {
	struct ref vdi;
	struct ref sr;
	struct ref base_vdi;
	struct ref into_vdi;
};

struct vdi_force_unlock_args {
	struct ref vdi;
};

struct vdi_set_managed_args {
	struct ref self;
	bool value;
};

struct vdi_forget_args {
	struct ref vdi;
};

struct vdi_set_sharable_args {
	struct ref self;
	bool value;
};

struct vdi_set_read_only_args {
	struct ref self;
	bool value;
};

struct vdi_set_missing_args {
	struct ref self;
	bool value;
};

struct vdi_set_virtual_size_args {
	struct ref self;
	int64_t value;
};

struct vdi_set_physical_utilisation_args {
	struct ref self;
	int64_t value;
};

struct vdi_set_is_a_snapshot_args {
	struct ref self;
	bool value;
};

struct vdi_set_snapshot_of_args {
	struct ref self;
	struct ref value;
};

struct vdi_set_snapshot_time_args {
	struct ref self;
	int64_t value;
};

struct vdi_set_metadata_of_pool_args {
	struct ref self;
	struct ref value;
};

struct vdi_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vdi_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vdi_generate_config_args {
	struct ref host;
	struct ref vdi;
};

struct vdi_set_on_boot_args {
	struct ref self;
	enum on_boot value;
};

struct vdi_set_allow_caching_args {
	struct ref self;
	bool value;
};

struct vdi_open_database_args {
	struct ref self;
};

struct vdi_checksum_args {
	struct ref self;
};

struct vdi_read_database_pool_uuid_args {
	struct ref self;
};

struct vdi_pool_migrate_args {
	struct ref vdi;
	struct ref sr;
	struct map options;
};

struct vdi_enable_cbt_args {
	struct ref self;
};

struct vdi_disable_cbt_args {
	struct ref self;
};

struct vdi_set_cbt_enabled_args {
	struct ref self;
	bool value;
};

struct vdi_data_destroy_args {
	struct ref self;
};

struct vdi_list_changed_blocks_args {
	struct ref vdi_from;
	struct ref vdi_to;
};

struct vdi_get_nbd_info_args {
	struct ref self;
};

struct vdi_revert_args {
	struct ref snapshot;
};

struct vdi_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vdi_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vdi_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vdi_set_xenstore_data_args {
	struct ref self;
	struct map value;
};

struct vdi_add_to_xenstore_data_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vdi_remove_from_xenstore_data_args {
	struct ref self;
	const char *key;
};

struct vdi_set_sm_config_args {
	struct ref self;
	struct map value;
};

struct vdi_add_to_sm_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vdi_remove_from_sm_config_args {
	struct ref self;
	const char *key;
};

struct vdi_set_tags_args {
	struct ref self;
	struct set value;
};

struct vdi_add_tags_args {
	struct ref self;
	const char *value;
};

struct vdi_remove_tags_args {
	struct ref self;
	const char *value;
};

struct vdi_create_args {
	const struct vdi *args;
};

struct vdi_destroy_args {
	struct ref self;
};

struct vgpu_create_args {
	struct ref VM;
	struct ref GPU_group;
	const char *device;
	struct map other_config;
	struct ref type;
};

struct vgpu_destroy_args {
	struct ref self;
};

struct vgpu_atomic_set_resident_on_args {
	struct ref self;
	struct ref value;
};

struct vgpu_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vgpu_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vgpu_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vgpu_set_extra_args_args {
	struct ref self;
	const char *value;
};

struct vif_plug_args {
	struct ref self;
};

struct vif_unplug_args {
	struct ref self;
};

struct vif_unplug_force_args {
	struct ref self;
};

struct vif_move_args {
	struct ref self;
	struct ref network;
};

struct vif_set_locking_mode_args {
	struct ref self;
	enum vif_locking_mode value;
};

struct vif_set_ipv4_allowed_args {
	struct ref self;
	struct set value;
};

struct vif_add_ipv4_allowed_args {
	struct ref self;
	const char *value;
};

struct vif_remove_ipv4_allowed_args {
	struct ref self;
	const char *value;
};

struct vif_set_ipv6_allowed_args {
	struct ref self;
	struct set value;
};

struct vif_add_ipv6_allowed_args {
	struct ref self;
	const char *value;
};

struct vif_remove_ipv6_allowed_args {
	struct ref self;
	const char *value;
};

struct vif_configure_ipv4_args {
	struct ref self;
	enum vif_ipv4_configuration_mode mode;
	const char *address;
	const char *gateway;
};

struct vif_configure_ipv6_args {
	struct ref self;
	enum vif_ipv6_configuration_mode mode;
	const char *address;
	const char *gateway;
};

struct vif_add_trunks_args {
	struct ref self;
	int64_t value;
};

struct vif_remove_trunks_args {
	struct ref self;
	int64_t value;
};

struct vif_set_trunks_args {
	struct ref self;
	struct set value;
};

struct vif_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vif_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vif_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vif_set_qos_algorithm_type_args {
	struct ref self;
	const char *value;
};

struct vif_set_qos_algorithm_params_args {
	struct ref self;
	struct map value;
};

struct vif_add_to_qos_algorithm_params_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vif_remove_from_qos_algorithm_params_args {
	struct ref self;
	const char *key;
};

struct vif_create_args {
	const struct vif *args;
};

struct vif_destroy_args {
	struct ref self;
};

struct vif_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vif_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vif_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vlan_pool_introduce_args {
	struct ref tagged_PIF;
	struct ref untagged_PIF;
	int64_t tag;
	struct map other_config;
};

struct vlan_create_args {
	struct ref tagged_PIF;
	int64_t tag;
	struct ref network;
};

struct vlan_destroy_args {
	struct ref self;
};

struct vlan_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vlan_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vlan_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vm_snapshot_args {
	struct ref vm;
	const char *new_name;
	struct set ignore_vdis;
};

struct vm_snapshot_with_quiesce_args {
	struct ref vm;
	const char *new_name;
};

struct vm_clone_args {
	struct ref vm;
	const char *new_name;
};

struct vm_copy_args {
	struct ref vm;
	const char *new_name;
	struct ref sr;
};

struct vm_revert_args {
	struct ref snapshot;
};

struct vm_checkpoint_args {
	struct ref vm;
	const char *new_name;
};

struct vm_provision_args {
	struct ref vm;
};

struct vm_start_args {
	struct ref vm;
	bool start_paused;
	bool force;
};

struct vm_start_on_args {
	struct ref vm;
	struct ref host;
	bool start_paused;
	bool force;
};

struct vm_pause_args {
	struct ref vm;
};

struct vm_unpause_args {
	struct ref vm;
};

struct vm_clean_shutdown_args {
	struct ref vm;
};

struct vm_shutdown_args {
	struct ref vm;
};

struct vm_clean_reboot_args {
	struct ref vm;
};

struct vm_hard_shutdown_args {
	struct ref vm;
};

struct vm_power_state_reset_args {
	struct ref vm;
};

struct vm_hard_reboot_args {
	struct ref vm;
};

struct vm_suspend_args {
	struct ref vm;
};

struct vm_csvm_args {
	struct ref vm;
};

struct vm_resume_args {
	struct ref vm;
	bool start_paused;
	bool force;
};

struct vm_set_is_default_template_args {
	struct ref vm;
	bool value;
};

struct vm_hard_reboot_internal_args {
	struct ref vm;
};

struct vm_resume_on_args {
	struct ref vm;
	struct ref host;
	bool start_paused;
	bool force;
};

struct vm_pool_migrate_args {
	struct ref vm;
	struct ref host;
	struct map options;
};

struct vm_pool_migrate_complete_args {
	struct ref vm;
	struct ref host;
};

struct vm_set_VCPUs_number_live_args {
	struct ref self;
	int64_t nvcpu;
};

struct vm_add_to_VCPUs_params_live_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_set_NVRAM_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_NVRAM_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_NVRAM_args {
	struct ref self;
	const char *key;
};

struct vm_set_ha_restart_priority_args {
	struct ref self;
	const char *value;
};

struct vm_set_ha_always_run_args {
	struct ref self;
	bool value;
};

struct vm_compute_memory_overhead_args {
	struct ref vm;
};

struct vm_set_memory_dynamic_max_args {
	struct ref self;
	int64_t value;
};

struct vm_set_memory_dynamic_min_args {
	struct ref self;
	int64_t value;
};

struct vm_set_memory_dynamic_range_args {
	struct ref self;
	int64_t min;
	int64_t max;
};

struct vm_set_memory_static_max_args {
	struct ref self;
	int64_t value;
};

struct vm_set_memory_static_min_args {
	struct ref self;
	int64_t value;
};

struct vm_set_memory_static_range_args {
	struct ref self;
	int64_t min;
	int64_t max;
};

struct vm_set_memory_limits_args {
	struct ref self;
	int64_t static_min;
	int64_t static_max;
	int64_t dynamic_min;
	int64_t dynamic_max;
};

struct vm_set_memory_args {
	struct ref self;
	int64_t value;
};

struct vm_set_memory_target_live_args {
	struct ref self;
	int64_t target;
};

struct vm_wait_memory_target_live_args {
	struct ref self;
};

struct vm_get_cooperative_args {
	struct ref self;
};

struct vm_set_HVM_shadow_multiplier_args {
	struct ref self;
	double value;
};

struct vm_set_shadow_multiplier_live_args {
	struct ref self;
	double multiplier;
};

struct vm_set_VCPUs_max_args {
	struct ref self;
	int64_t value;
};

struct vm_set_VCPUs_at_startup_args {
	struct ref self;
	int64_t value;
};

struct vm_send_sysrq_args {
	struct ref vm;
	const char *key;
};

struct vm_send_trigger_args {
	struct ref vm;
	const char *trigger;
};

struct vm_maximise_memory_args {
	struct ref self;
	int64_t total;
	bool approximate;
};

struct vm_migrate_send_args {
	struct ref vm;
	struct map dest;
	bool live;
	struct map vdi_map;
	struct map vif_map;
	struct map options;
	struct map vgpu_map;
	struct map vdi_format_map;
};

struct vm_assert_can_migrate_args {
	struct ref vm;
	struct map dest;
	bool live;
	struct map vdi_map;
	struct map vif_map;
	struct map options;
	struct map vgpu_map;
};

struct vm_assert_can_migrate_sender_args {
	struct ref vm;
	struct map dest;
	bool live;
	struct map vdi_map;
	struct map vif_map;
	struct map vgpu_map;
	struct map options;
};

struct vm_get_boot_record_args {
	struct ref self;
};

struct vm_get_data_sources_args {
	struct ref self;
};

struct vm_record_data_source_args {
	struct ref self;
	const char *data_source;
};

struct vm_query_data_source_args {
	struct ref self;
	const char *data_source;
};

struct vm_forget_data_source_archives_args {
	struct ref self;
	const char *data_source;
};

struct vm_assert_operation_valid_args {
	struct ref self;
	enum vm_operations op;
};

struct vm_update_allowed_operations_args {
	struct ref self;
};

struct vm_get_allowed_VBD_devices_args {
	struct ref vm;
};

struct vm_get_allowed_VIF_devices_args {
	struct ref vm;
};

struct vm_get_possible_hosts_args {
	struct ref vm;
};

struct vm_assert_can_boot_here_args {
	struct ref self;
	struct ref host;
};

struct vm_atomic_set_resident_on_args {
	struct ref vm;
	struct ref host;
};

struct vm_create_new_blob_args {
	struct ref vm;
	const char *name;
	const char *mime_type;
	bool public;
};

struct vm_s3_suspend_args {
	struct ref vm;
};

struct vm_s3_resume_args {
	struct ref vm;
};

struct vm_assert_agile_args {
	struct ref self;
};

struct vm_update_snapshot_metadata_args {
	struct ref vm;
	struct ref snapshot_of;
	int64_t snapshot_time;
	const char *transportable_snapshot_id;
};

struct vm_retrieve_wlb_recommendations_args {
	struct ref vm;
};

struct vm_set_bios_strings_args {
	struct ref self;
	struct map value;
};

struct vm_copy_bios_strings_args {
	struct ref vm;
	struct ref host;
};

struct vm_set_protection_policy_args {
	struct ref self;
	struct ref value;
};

struct vm_set_snapshot_schedule_args {
	struct ref self;
	struct ref value;
};

struct vm_set_start_delay_args {
	struct ref self;
	int64_t value;
};

struct vm_set_shutdown_delay_args {
	struct ref self;
	int64_t value;
};

struct vm_set_order_args {
	struct ref self;
	int64_t value;
};

struct vm_set_suspend_VDI_args {
	struct ref self;
	struct ref value;
};

struct vm_assert_can_be_recovered_args {
	struct ref self;
	struct ref session_to;
};

struct vm_get_SRs_required_for_recovery_args {
	struct ref self;
	struct ref session_to;
};

struct vm_recover_args {
	struct ref self;
	struct ref session_to;
	bool force;
};

struct vm_import_convert_args {
	const char *type;
	const char *username;
	const char *password;
	struct ref sr;
	struct map remote_config;
};

struct vm_set_appliance_args {
	struct ref self;
	struct ref value;
};

struct vm_set_groups_args {
	struct ref self;
	struct set value;
};

struct vm_query_services_args {
	struct ref self;
};

struct vm_call_plugin_args {
	struct ref vm;
	const char *plugin;
	const char *fn;
	struct map args;
};

struct vm_call_host_plugin_args {
	struct ref vm;
	const char *plugin;
	const char *fn;
	struct map args;
};

struct vm_set_has_vendor_device_args {
	struct ref self;
	bool value;
};

struct vm_import_args {
	const char *url;
	struct ref sr;
	bool full_restore;
	bool force;
};

struct vm_set_actions_after_crash_args {
	struct ref self;
	enum on_crash_behaviour value;
};

struct vm_set_domain_type_args {
	struct ref self;
	enum domain_type value;
};

struct vm_set_HVM_boot_policy_args {
	struct ref self;
	const char *value;
};

struct vm_set_NVRAM_EFI_variables_args {
	struct ref self;
	const char *value;
	enum update_status update;
};

struct vm_restart_device_models_args {
	struct ref self;
};

struct vm_set_uefi_mode_args {
	struct ref self;
	enum vm_uefi_mode mode;
};

struct vm_get_secureboot_readiness_args {
	struct ref self;
};

struct vm_update_secureboot_certificates_on_boot_args {
	struct ref self;
	bool mark;
};

struct vm_set_blocked_operations_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_blocked_operations_args {
	struct ref self;
	enum vm_operations key;
	const char *value;
};

struct vm_remove_from_blocked_operations_args {
	struct ref self;
	enum vm_operations key;
};

struct vm_sysprep_args {
	struct ref self;
	const char *unattend;
	double timeout;
};

struct vm_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vm_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_platform_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_platform_args {
	struct ref self;
	const char *key;
};

struct vm_set_platform_args {
	struct ref self;
	struct map value;
};

struct vm_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vm_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vm_set_user_version_args {
	struct ref self;
	int64_t value;
};

struct vm_set_is_a_template_args {
	struct ref self;
	bool value;
};

struct vm_set_affinity_args {
	struct ref self;
	struct ref value;
};

struct vm_set_VCPUs_params_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_VCPUs_params_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_VCPUs_params_args {
	struct ref self;
	const char *key;
};

struct vm_set_actions_after_softreboot_args {
	struct ref self;
	enum on_softreboot_behavior value;
};

struct vm_set_actions_after_shutdown_args {
	struct ref self;
	enum on_normal_exit value;
};

struct vm_set_actions_after_reboot_args {
	struct ref self;
	enum on_normal_exit value;
};

struct vm_set_PV_bootloader_args {
	struct ref self;
	const char *value;
};

struct vm_set_PV_kernel_args {
	struct ref self;
	const char *value;
};

struct vm_set_PV_ramdisk_args {
	struct ref self;
	const char *value;
};

struct vm_set_PV_args_args {
	struct ref self;
	const char *value;
};

struct vm_set_PV_bootloader_args_args {
	struct ref self;
	const char *value;
};

struct vm_set_PV_legacy_args_args {
	struct ref self;
	const char *value;
};

struct vm_set_HVM_boot_params_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_HVM_boot_params_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_HVM_boot_params_args {
	struct ref self;
	const char *key;
};

struct vm_set_PCI_bus_args {
	struct ref self;
	const char *value;
};

struct vm_set_recommendations_args {
	struct ref self;
	const char *value;
};

struct vm_set_xenstore_data_args {
	struct ref self;
	struct map value;
};

struct vm_add_to_xenstore_data_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_remove_from_xenstore_data_args {
	struct ref self;
	const char *key;
};

struct vm_set_tags_args {
	struct ref self;
	struct set value;
};

struct vm_add_tags_args {
	struct ref self;
	const char *value;
};

struct vm_remove_tags_args {
	struct ref self;
	const char *value;
};

struct vm_set_suspend_SR_args {
	struct ref self;
	struct ref value;
};

struct vm_set_hardware_platform_version_args {
	struct ref self;
	int64_t value;
};

struct vm_create_args {
	const struct vm *args;
};

struct vm_destroy_args {
	struct ref self;
};

struct vmpp_protect_now_args {
	struct ref vmpp;
};

struct vmpp_archive_now_args {
	struct ref snapshot;
};

struct vmpp_create_alert_args {
	struct ref vmpp;
	const char *name;
	int64_t priority;
	const char *body;
	const char *data;
};

struct vmpp_get_alerts_args {
	struct ref vmpp;
	int64_t hours_from_now;
};

struct vmpp_set_backup_retention_value_args {
	struct ref self;
	int64_t value;
};

struct vmpp_set_is_backup_running_args {
	struct ref self;
	bool value;
};

struct vmpp_set_is_archive_running_args {
	struct ref self;
	bool value;
};

struct vmpp_set_backup_frequency_args {
	struct ref self;
	enum vmpp_backup_frequency value;
};

struct vmpp_set_backup_schedule_args {
	struct ref self;
	struct map value;
};

struct vmpp_set_archive_frequency_args {
	struct ref self;
	enum vmpp_archive_frequency value;
};

struct vmpp_set_archive_schedule_args {
	struct ref self;
	struct map value;
};

struct vmpp_set_archive_target_type_args {
	struct ref self;
	enum vmpp_archive_target_type value;
};

struct vmpp_set_archive_target_config_args {
	struct ref self;
	struct map value;
};

struct vmpp_set_is_alarm_enabled_args {
	struct ref self;
	bool value;
};

struct vmpp_set_alarm_config_args {
	struct ref self;
	struct map value;
};

struct vmpp_add_to_backup_schedule_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vmpp_add_to_archive_target_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vmpp_add_to_archive_schedule_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vmpp_add_to_alarm_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vmpp_remove_from_backup_schedule_args {
	struct ref self;
	const char *key;
};

struct vmpp_remove_from_archive_target_config_args {
	struct ref self;
	const char *key;
};

struct vmpp_remove_from_archive_schedule_args {
	struct ref self;
	const char *key;
};

struct vmpp_remove_from_alarm_config_args {
	struct ref self;
	const char *key;
};

struct vmpp_set_backup_last_run_time_args {
	struct ref self;
	int64_t value;
};

struct vmpp_set_archive_last_run_time_args {
	struct ref self;
	int64_t value;
};

struct vmpp_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vmpp_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vmpp_set_is_policy_enabled_args {
	struct ref self;
	bool value;
};

struct vmpp_set_backup_type_args {
	struct ref self;
	enum vmpp_backup_type value;
};

struct vmpp_create_args {
	const struct vmpp *args;
};

struct vmpp_destroy_args {
	struct ref self;
};

struct vmss_snapshot_now_args {
	struct ref vmss;
};

struct vmss_set_retained_snapshots_args {
	struct ref self;
	int64_t value;
};

struct vmss_set_frequency_args {
	struct ref self;
	enum vmss_frequency value;
};

struct vmss_set_schedule_args {
	struct ref self;
	struct map value;
};

struct vmss_add_to_schedule_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vmss_remove_from_schedule_args {
	struct ref self;
	const char *key;
};

struct vmss_set_last_run_time_args {
	struct ref self;
	int64_t value;
};

struct vmss_set_type_args {
	struct ref self;
	enum vmss_type value;
};

struct vmss_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vmss_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vmss_set_enabled_args {
	struct ref self;
	bool value;
};

struct vmss_create_args {
	const struct vmss *args;
};

struct vmss_destroy_args {
	struct ref self;
};

struct vm_appliance_start_args {
	struct ref self;
	bool paused;
};

struct vm_appliance_clean_shutdown_args {
	struct ref self;
};

struct vm_appliance_hard_shutdown_args {
	struct ref self;
};

struct vm_appliance_shutdown_args {
	struct ref self;
};

struct vm_appliance_assert_can_be_recovered_args {
	struct ref self;
	struct ref session_to;
};

struct vm_appliance_get_SRs_required_for_recovery_args {
	struct ref self;
	struct ref session_to;
};

struct vm_appliance_recover_args {
	struct ref self;
	struct ref session_to;
	bool force;
};

struct vm_appliance_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vm_appliance_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vm_appliance_create_args {
	const struct vm_appliance *args;
};

struct vm_appliance_destroy_args {
	struct ref self;
};

struct vm_group_set_name_label_args {
	struct ref self;
	const char *value;
};

struct vm_group_set_name_description_args {
	struct ref self;
	const char *value;
};

struct vm_group_create_args {
	const struct vm_group *args;
};

struct vm_group_destroy_args {
	struct ref self;
};

struct vm_guest_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vm_guest_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_guest_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vm_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vm_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vm_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct vtpm_create_args {
	struct ref vM;
	bool is_unique;
};

struct vtpm_destroy_args {
	struct ref self;
};

struct vtpm_get_contents_args {
	struct ref self;
};

struct vtpm_set_contents_args {
	struct ref self;
	const char *contents;
};

struct vusb_create_args {
	struct ref VM;
	struct ref USB_group;
	struct map other_config;
};

struct vusb_unplug_args {
	struct ref self;
};

struct vusb_destroy_args {
	struct ref self;
};

struct vusb_set_other_config_args {
	struct ref self;
	struct map value;
};

struct vusb_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct vusb_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct auth_get_subject_identifier_args {
	const char *subject_name;
};

struct auth_get_subject_information_from_identifier_args {
	const char *subject_identifier;
};

struct auth_get_group_membership_args {
	const char *subject_identifier;
};

struct blob_create_args {
	const char *mime_type;
	bool public;
};

struct blob_destroy_args {
	struct ref self;
};

struct blob_set_name_label_args {
	struct ref self;
	const char *value;
};

struct blob_set_name_description_args {
	struct ref self;
	const char *value;
};

struct blob_set_public_args {
	struct ref self;
	bool value;
};

struct console_set_other_config_args {
	struct ref self;
	struct map value;
};

struct console_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct console_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct console_create_args {
	const struct console *args;
};

struct console_destroy_args {
	struct ref self;
};

struct crashdump_destroy_args {
	struct ref self;
};

struct crashdump_set_other_config_args {
	struct ref self;
	struct map value;
};

struct crashdump_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct crashdump_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct event_register_args {
	struct set classes;
};

struct event_unregister_args {
	struct set classes;
};

struct event_next_args {
	char none;
};

struct event_from_args {
	struct set classes;
	const char *token;
	double timeout;
};

struct event_get_current_id_args {
	char none;
};

struct event_inject_args {
	const char *class;
	const char *ref;
};

struct host_disable_args {
	struct ref host;
	bool auto_enable;
};

struct host_enable_args {
	struct ref host;
};

struct host_shutdown_args {
	struct ref host;
};

struct host_reboot_args {
	struct ref host;
};

struct host_prepare_for_poweroff_args {
	struct ref host;
};

struct host_dmesg_args {
	struct ref host;
};

struct host_dmesg_clear_args {
	struct ref host;
};

struct host_get_log_args {
	struct ref host;
};

struct host_send_debug_keys_args {
	struct ref host;
	const char *keys;
};

struct host_bugreport_upload_args {
	struct ref host;
	const char *url;
	struct map options;
};

struct host_list_methods_args {
	char none;
};

struct host_license_apply_args {
	struct ref host;
	const char *contents;
};

struct host_license_add_args {
	struct ref host;
	const char *contents;
};

struct host_license_remove_args {
	struct ref host;
};

struct host_create_args {
	const char *uuid;
	const char *name_label;
	const char *name_description;
	const char *hostname;
	const char *address;
	const char *external_auth_type;
	const char *external_auth_service_name;
	struct map external_auth_configuration;
	struct map license_params;
	const char *edition;
	struct map license_server;
	struct ref local_cache_sr;
	struct map chipset_info;
	bool ssl_legacy;
	int64_t last_software_update;
	const char *last_update_hash;
	bool ssh_enabled;
	int64_t ssh_enabled_timeout;
	int64_t ssh_expiry;
	int64_t console_idle_timeout;
	bool ssh_auto_mode;
	bool secure_boot;
	struct map software_version;
	bool https_only;
	const char *max_cstate;
	enum host_ntp_mode ntp_mode;
	struct set ntp_custom_servers;
	const char *timezone;
	enum host_numa_affinity_policy numa_affinity_policy;
	enum latest_synced_updates_applied_state latest_synced_updates_applied;
	struct set pending_guidances_full;
	struct set pending_guidances_recommended;
};

struct host_destroy_args {
	struct ref self;
};

struct host_power_on_args {
	struct ref host;
};

struct host_set_license_params_args {
	struct ref self;
	struct map value;
};

struct host_emergency_ha_disable_args {
	bool soft;
};

struct host_ha_disarm_fencing_args {
	struct ref host;
};

struct host_preconfigure_ha_args {
	struct ref host;
	struct set statefiles;
	struct ref metadata_vdi;
	const char *generation;
};

struct host_ha_join_liveset_args {
	struct ref host;
};

struct host_ha_disable_failover_decisions_args {
	struct ref host;
};

struct host_ha_wait_for_shutdown_via_statefile_args {
	struct ref host;
};

struct host_ha_stop_daemon_args {
	struct ref host;
};

struct host_ha_release_resources_args {
	struct ref host;
};

struct host_ha_xapi_healthcheck_args {
	char none;
};

struct host_local_assert_healthy_args {
	char none;
};

struct host_request_backup_args {
	struct ref host;
	int64_t generation;
	bool force;
};

struct host_request_config_file_sync_args {
	struct ref host;
	const char *hash;
};

struct host_propose_new_master_args {
	const char *address;
	bool manual;
};

struct host_commit_new_master_args {
	const char *address;
};

struct host_abort_new_master_args {
	const char *address;
};

struct host_get_data_sources_args {
	struct ref host;
};

struct host_record_data_source_args {
	struct ref host;
	const char *data_source;
};

struct host_query_data_source_args {
	struct ref host;
	const char *data_source;
};

struct host_forget_data_source_archives_args {
	struct ref host;
	const char *data_source;
};

struct host_assert_can_evacuate_args {
	struct ref host;
};

struct host_get_vms_which_prevent_evacuation_args {
	struct ref self;
};

struct host_get_uncooperative_resident_VMs_args {
	struct ref self;
};

struct host_get_uncooperative_domains_args {
	struct ref self;
};

struct host_evacuate_args {
	struct ref host;
	struct ref network;
	int64_t evacuate_batch_size;
};

struct host_signal_networking_change_args {
	char none;
};

struct host_notify_args {
	const char *ty;
	const char *params;
};

struct host_syslog_reconfigure_args {
	struct ref host;
};

struct host_management_reconfigure_args {
	struct ref pif;
};

struct host_local_management_reconfigure_args {
	const char *interface;
};

struct host_management_disable_args {
	char none;
};

struct host_get_management_interface_args {
	struct ref host;
};

struct host_get_system_status_capabilities_args {
	struct ref host;
};

struct host_get_diagnostic_timing_stats_args {
	struct ref host;
	bool counts;
};

struct host_restart_agent_args {
	struct ref host;
};

struct host_shutdown_agent_args {
	char none;
};

struct host_set_hostname_live_args {
	struct ref host;
	const char *hostname;
};

struct host_is_in_emergency_mode_args {
	char none;
};

struct host_compute_free_memory_args {
	struct ref host;
};

struct host_compute_memory_overhead_args {
	struct ref host;
};

struct host_tickle_heartbeat_args {
	struct ref host;
	struct map stuff;
};

struct host_sync_data_args {
	struct ref host;
};

struct host_backup_rrds_args {
	struct ref host;
	double delay;
};

struct host_create_new_blob_args {
	struct ref host;
	const char *name;
	const char *mime_type;
	bool public;
};

struct host_call_plugin_args {
	struct ref host;
	const char *plugin;
	const char *fn;
	struct map args;
};

struct host_has_extension_args {
	struct ref host;
	const char *name;
};

struct host_call_extension_args {
	struct ref host;
	const char *call;
};

struct host_get_servertime_args {
	struct ref host;
};

struct host_get_server_localtime_args {
	struct ref host;
};

struct host_enable_binary_storage_args {
	struct ref host;
};

struct host_disable_binary_storage_args {
	struct ref host;
};

struct host_enable_external_auth_args {
	struct ref host;
	struct map config;
	const char *service_name;
	const char *auth_type;
};

struct host_disable_external_auth_args {
	struct ref host;
	struct map config;
	bool force;
};

struct host_external_auth_set_ldaps_args {
	struct ref host;
	bool ldaps;
	bool force;
};

struct host_retrieve_wlb_evacuate_recommendations_args {
	struct ref self;
};

struct host_install_ca_certificate_args {
	struct ref host;
	const char *name;
	const char *cert;
};

struct host_uninstall_ca_certificate_args {
	struct ref host;
	const char *name;
	bool force;
};

struct host_certificate_list_args {
	struct ref host;
};

struct host_crl_install_args {
	struct ref host;
	const char *name;
	const char *crl;
};

struct host_crl_uninstall_args {
	struct ref host;
	const char *name;
};

struct host_crl_list_args {
	struct ref host;
};

struct host_certificate_sync_args {
	struct ref host;
};

struct host_get_server_certificate_args {
	struct ref host;
};

struct host_refresh_server_certificate_args {
	struct ref host;
};

struct host_install_server_certificate_args {
	struct ref host;
	const char *certificate;
	const char *private_key;
	const char *certificate_chain;
};

struct host_emergency_reset_server_certificate_args {
	char none;
};

struct host_reset_server_certificate_args {
	struct ref host;
};

struct host_update_pool_secret_args {
	struct ref host;
	const char *pool_secret;
};

struct host_update_master_args {
	struct ref host;
	const char *master_address;
};

struct host_attach_static_vdis_args {
	struct ref host;
	struct map vdi_reason_map;
};

struct host_detach_static_vdis_args {
	struct ref host;
	struct set vdis;
};

struct host_set_localdb_key_args {
	struct ref host;
	const char *key;
	const char *value;
};

struct host_apply_edition_args {
	struct ref host;
	const char *edition;
	bool force;
};

struct host_refresh_pack_info_args {
	struct ref host;
};

struct host_set_power_on_mode_args {
	struct ref self;
	const char *power_on_mode;
	struct map power_on_config;
};

struct host_set_cpu_features_args {
	struct ref host;
	const char *features;
};

struct host_reset_cpu_features_args {
	struct ref host;
};

struct host_reset_networking_args {
	struct ref host;
};

struct host_enable_local_storage_caching_args {
	struct ref host;
	struct ref sr;
};

struct host_disable_local_storage_caching_args {
	struct ref host;
};

struct host_get_sm_diagnostics_args {
	struct ref host;
};

struct host_get_thread_diagnostics_args {
	struct ref host;
};

struct host_sm_dp_destroy_args {
	struct ref host;
	const char *dp;
	bool allow_leak;
};

struct host_sync_vlans_args {
	struct ref host;
};

struct host_sync_tunnels_args {
	struct ref host;
};

struct host_sync_pif_currently_attached_args {
	struct ref host;
	struct set bridges;
};

struct host_migrate_receive_args {
	struct ref host;
	struct ref network;
	struct map options;
};

struct host_declare_dead_args {
	struct ref host;
};

struct host_enable_display_args {
	struct ref host;
};

struct host_disable_display_args {
	struct ref host;
};

struct host_set_ssl_legacy_args {
	struct ref self;
	bool value;
};

struct host_apply_guest_agent_config_args {
	struct ref host;
};

struct host_mxgpu_vf_setup_args {
	struct ref host;
};

struct host_nvidia_vf_setup_args {
	struct ref host;
	struct ref pf;
	bool enable;
};

struct host_allocate_resources_for_vm_args {
	struct ref self;
	struct ref vm;
	bool live;
};

struct host_set_iscsi_iqn_args {
	struct ref host;
	const char *value;
};

struct host_set_multipathing_args {
	struct ref host;
	bool value;
};

struct host_write_uefi_certificates_to_disk_args {
	struct ref host;
};

struct host_set_uefi_certificates_args {
	struct ref host;
	const char *value;
};

struct host_notify_accept_new_pool_secret_args {
	struct ref host;
	const char *old_ps;
	const char *new_ps;
};

struct host_notify_send_new_pool_secret_args {
	struct ref host;
	const char *old_ps;
	const char *new_ps;
};

struct host_cleanup_pool_secret_args {
	struct ref host;
	const char *old_ps;
	const char *new_ps;
};

struct host_set_sched_gran_args {
	struct ref self;
	enum host_sched_gran value;
};

struct host_get_sched_gran_args {
	struct ref self;
};

struct host_set_numa_affinity_policy_args {
	struct ref self;
	enum host_numa_affinity_policy value;
};

struct host_emergency_disable_tls_verification_args {
	char none;
};

struct host_emergency_reenable_tls_verification_args {
	char none;
};

struct host_cert_distrib_atom_args {
	struct ref host;
	const char *command;
};

struct host_apply_updates_args {
	struct ref self;
	const char *hash;
};

struct host_rescan_drivers_args {
	struct ref self;
};

struct host_copy_primary_host_certs_args {
	struct ref host;
};

struct host_set_https_only_args {
	struct ref self;
	bool value;
};

struct host_apply_recommended_guidances_args {
	struct ref self;
};

struct host_emergency_clear_mandatory_guidance_args {
	char none;
};

struct host_enable_ssh_args {
	struct ref self;
};

struct host_disable_ssh_args {
	struct ref self;
};

struct host_set_ssh_enabled_timeout_args {
	struct ref self;
	int64_t value;
};

struct host_set_console_idle_timeout_args {
	struct ref self;
	int64_t value;
};

struct host_set_ssh_auto_mode_args {
	struct ref self;
	bool value;
};

struct host_get_tracked_user_agents_args {
	struct ref self;
};

struct host_update_firewalld_service_status_args {
	char none;
};

struct host_set_max_cstate_args {
	struct ref self;
	const char *value;
};

struct host_set_ntp_mode_args {
	struct ref self;
	enum host_ntp_mode value;
};

struct host_set_ntp_custom_servers_args {
	struct ref self;
	struct set value;
};

struct host_get_ntp_servers_status_args {
	struct ref self;
};

struct host_set_timezone_args {
	struct ref self;
	const char *value;
};

struct host_list_timezones_args {
	struct ref self;
};

struct host_get_ntp_synchronized_args {
	struct ref self;
};

struct host_set_servertime_args {
	struct ref self;
	int64_t value;
};

struct host_set_name_label_args {
	struct ref self;
	const char *value;
};

struct host_set_name_description_args {
	struct ref self;
	const char *value;
};

struct host_set_other_config_args {
	struct ref self;
	struct map value;
};

struct host_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct host_set_logging_args {
	struct ref self;
	struct map value;
};

struct host_add_to_logging_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_remove_from_logging_args {
	struct ref self;
	const char *key;
};

struct host_set_suspend_image_sr_args {
	struct ref self;
	struct ref value;
};

struct host_set_crash_dump_sr_args {
	struct ref self;
	struct ref value;
};

struct host_set_hostname_args {
	struct ref self;
	const char *value;
};

struct host_set_address_args {
	struct ref self;
	const char *value;
};

struct host_set_tags_args {
	struct ref self;
	struct set value;
};

struct host_add_tags_args {
	struct ref self;
	const char *value;
};

struct host_remove_tags_args {
	struct ref self;
	const char *value;
};

struct host_set_license_server_args {
	struct ref self;
	struct map value;
};

struct host_add_to_license_server_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_remove_from_license_server_args {
	struct ref self;
	const char *key;
};

struct host_set_guest_VCPUs_params_args {
	struct ref self;
	struct map value;
};

struct host_add_to_guest_VCPUs_params_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_remove_from_guest_VCPUs_params_args {
	struct ref self;
	const char *key;
};

struct host_set_display_args {
	struct ref self;
	enum host_display value;
};

struct host_cpu_set_other_config_args {
	struct ref self;
	struct map value;
};

struct host_cpu_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_cpu_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct host_crashdump_destroy_args {
	struct ref self;
};

struct host_crashdump_upload_args {
	struct ref self;
	const char *url;
	struct map options;
};

struct host_crashdump_set_other_config_args {
	struct ref self;
	struct map value;
};

struct host_crashdump_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_crashdump_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct host_metrics_set_other_config_args {
	struct ref self;
	struct map value;
};

struct host_metrics_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_metrics_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct host_patch_destroy_args {
	struct ref self;
};

struct host_patch_apply_args {
	struct ref self;
};

struct host_patch_set_other_config_args {
	struct ref self;
	struct map value;
};

struct host_patch_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct host_patch_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct message_create_args {
	const char *name;
	int64_t priority;
	enum cls cls;
	const char *obj_uuid;
	const char *body;
};

struct message_destroy_args {
	struct ref self;
};

struct message_destroy_many_args {
	struct set messages;
};

struct message_destroy_all_args {
	struct map filters;
};

struct message_get_args {
	enum cls cls;
	const char *obj_uuid;
	int64_t since;
};

struct message_get_all_args {
	char none;
};

struct message_get_since_args {
	int64_t since;
};

struct message_get_record_args {
	struct ref self;
};

struct message_get_by_uuid_args {
	const char *uuid;
};

struct message_get_all_records_args {
	char none;
};

struct message_get_all_records_where_args {
	const char *expr;
};

struct network_attach_args {
	struct ref network;
	struct ref host;
};

struct network_pool_introduce_args {
	const char *name_label;
	const char *name_description;
	int64_t MTU;
	struct map other_config;
	const char *bridge;
	bool managed;
	struct set purpose;
};

struct network_create_new_blob_args {
	struct ref network;
	const char *name;
	const char *mime_type;
	bool public;
};

struct network_set_default_locking_mode_args {
	struct ref network;
	enum network_default_locking_mode value;
};

struct network_attach_for_vm_args {
	struct ref host;
	struct ref vm;
};

struct network_detach_for_vm_args {
	struct ref host;
	struct ref vm;
};

struct network_add_purpose_args {
	struct ref self;
	enum network_purpose value;
};

struct network_remove_purpose_args {
	struct ref self;
	enum network_purpose value;
};

struct network_set_name_label_args {
	struct ref self;
	const char *value;
};

struct network_set_name_description_args {
	struct ref self;
	const char *value;
};

struct network_set_MTU_args {
	struct ref self;
	int64_t value;
};

struct network_set_other_config_args {
	struct ref self;
	struct map value;
};

struct network_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct network_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct network_set_tags_args {
	struct ref self;
	struct set value;
};

struct network_add_tags_args {
	struct ref self;
	const char *value;
};

struct network_remove_tags_args {
	struct ref self;
	const char *value;
};

struct network_create_args {
	const struct network *args;
};

struct network_destroy_args {
	struct ref self;
};

struct network_sriov_create_args {
	struct ref pif;
	struct ref network;
};

struct network_sriov_destroy_args {
	struct ref self;
};

struct network_sriov_get_remaining_capacity_args {
	struct ref self;
};

struct pool_join_args {
	const char *master_address;
	const char *master_username;
	const char *master_password;
};

struct pool_join_force_args {
	const char *master_address;
	const char *master_username;
	const char *master_password;
};

struct pool_eject_args {
	struct ref host;
};

struct pool_initial_auth_args {
	char none;
};

struct pool_exchange_certificates_on_join_args {
	const char *uuid;
	const char *certificate;
};

struct pool_exchange_ca_certificates_on_join_args {
	struct map import;
	struct set export;
};

struct pool_emergency_transition_to_master_args {
	char none;
};

struct pool_emergency_reset_master_args {
	const char *master_address;
};

struct pool_recover_slaves_args {
	char none;
};

struct pool_hello_args {
	const char *host_uuid;
	const char *host_address;
};

struct pool_is_slave_args {
	struct ref host;
};

struct pool_create_VLAN_args {
	const char *device;
	struct ref network;
	int64_t VLAN;
};

struct pool_management_reconfigure_args {
	struct ref network;
};

struct pool_create_VLAN_from_PIF_args {
	struct ref pif;
	struct ref network;
	int64_t VLAN;
};

struct pool_enable_ha_args {
	struct set heartbeat_srs;
	struct map configuration;
};

struct pool_disable_ha_args {
	char none;
};

struct pool_sync_database_args {
	char none;
};

struct pool_designate_new_master_args {
	struct ref host;
};

struct pool_ha_prevent_restarts_for_args {
	int64_t seconds;
};

struct pool_ha_failover_plan_exists_args {
	int64_t n;
};

struct pool_ha_compute_max_host_failures_to_tolerate_args {
	char none;
};

struct pool_ha_compute_hypothetical_max_host_failures_to_tolerate_args {
	struct map configuration;
};

struct pool_ha_compute_vm_failover_plan_args {
	struct set failed_hosts;
	struct set failed_vms;
};

struct pool_set_ha_host_failures_to_tolerate_args {
	struct ref self;
	int64_t value;
};

struct pool_create_new_blob_args {
	struct ref pool;
	const char *name;
	const char *mime_type;
	bool public;
};

struct pool_ha_schedule_plan_recomputation_args {
	char none;
};

struct pool_enable_binary_storage_args {
	char none;
};

struct pool_disable_binary_storage_args {
	char none;
};

struct pool_enable_external_auth_args {
	struct ref pool;
	struct map config;
	const char *service_name;
	const char *auth_type;
};

struct pool_disable_external_auth_args {
	struct ref pool;
	struct map config;
};

struct pool_external_auth_set_ldaps_args {
	struct ref pool;
	bool ldaps;
	bool force;
};

struct pool_detect_nonhomogeneous_external_auth_args {
	struct ref pool;
};

struct pool_initialize_wlb_args {
	const char *wlb_url;
	const char *wlb_username;
	const char *wlb_password;
	const char *xenserver_username;
	const char *xenserver_password;
};

struct pool_deconfigure_wlb_args {
	char none;
};

struct pool_send_wlb_configuration_args {
	struct map config;
};

struct pool_retrieve_wlb_configuration_args {
	char none;
};

struct pool_retrieve_wlb_recommendations_args {
	char none;
};

struct pool_send_test_post_args {
	const char *host;
	int64_t port;
	const char *body;
};

struct pool_certificate_install_args {
	const char *name;
	const char *cert;
};

struct pool_certificate_uninstall_args {
	const char *name;
};

struct pool_certificate_list_args {
	char none;
};

struct pool_install_ca_certificate_args {
	const char *name;
	const char *cert;
};

struct pool_uninstall_ca_certificate_args {
	const char *name;
	bool force;
};

struct pool_crl_install_args {
	const char *name;
	const char *cert;
};

struct pool_crl_uninstall_args {
	const char *name;
};

struct pool_crl_list_args {
	char none;
};

struct pool_certificate_sync_args {
	char none;
};

struct pool_enable_tls_verification_args {
	char none;
};

struct pool_enable_redo_log_args {
	struct ref sr;
};

struct pool_disable_redo_log_args {
	char none;
};

struct pool_audit_log_append_args {
	const char *line;
};

struct pool_set_vswitch_controller_args {
	const char *address;
};

struct pool_test_archive_target_args {
	struct ref self;
	struct map config;
};

struct pool_enable_local_storage_caching_args {
	struct ref self;
};

struct pool_disable_local_storage_caching_args {
	struct ref self;
};

struct pool_get_license_state_args {
	struct ref self;
};

struct pool_apply_edition_args {
	struct ref self;
	const char *edition;
};

struct pool_enable_ssl_legacy_args {
	struct ref self;
};

struct pool_disable_ssl_legacy_args {
	struct ref self;
};

struct pool_set_igmp_snooping_enabled_args {
	struct ref self;
	bool value;
};

struct pool_has_extension_args {
	struct ref self;
	const char *name;
};

struct pool_add_to_guest_agent_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_remove_from_guest_agent_config_args {
	struct ref self;
	const char *key;
};

struct pool_rotate_secret_args {
	char none;
};

struct pool_set_repositories_args {
	struct ref self;
	struct set value;
};

struct pool_add_repository_args {
	struct ref self;
	struct ref value;
};

struct pool_remove_repository_args {
	struct ref self;
	struct ref value;
};

struct pool_sync_updates_args {
	struct ref self;
	bool force;
	const char *token;
	const char *token_id;
	const char *username;
	const char *password;
};

struct pool_check_update_readiness_args {
	struct ref self;
	bool requires_reboot;
};

struct pool_enable_client_certificate_auth_args {
	struct ref self;
	const char *name;
};

struct pool_disable_client_certificate_auth_args {
	struct ref self;
};

struct pool_configure_repository_proxy_args {
	struct ref self;
	const char *url;
	const char *username;
	const char *password;
};

struct pool_disable_repository_proxy_args {
	struct ref self;
};

struct pool_set_uefi_certificates_args {
	struct ref self;
	const char *value;
};

struct pool_set_custom_uefi_certificates_args {
	struct ref self;
	const char *value;
};

struct pool_set_https_only_args {
	struct ref self;
	bool value;
};

struct pool_set_telemetry_next_collection_args {
	struct ref self;
	int64_t value;
};

struct pool_reset_telemetry_uuid_args {
	struct ref self;
};

struct pool_configure_update_sync_args {
	struct ref self;
	enum update_sync_frequency update_sync_frequency;
	int64_t update_sync_day;
};

struct pool_set_update_sync_enabled_args {
	struct ref self;
	bool value;
};

struct pool_set_local_auth_max_threads_args {
	struct ref self;
	int64_t value;
};

struct pool_set_ext_auth_max_threads_args {
	struct ref self;
	int64_t value;
};

struct pool_set_ext_auth_cache_enabled_args {
	struct ref self;
	bool value;
};

struct pool_set_ext_auth_cache_size_args {
	struct ref self;
	int64_t value;
};

struct pool_set_ext_auth_cache_expiry_args {
	struct ref self;
	int64_t value;
};

struct pool_get_guest_secureboot_readiness_args {
	struct ref self;
};

struct pool_enable_ssh_args {
	struct ref self;
};

struct pool_disable_ssh_args {
	struct ref self;
};

struct pool_set_ssh_enabled_timeout_args {
	struct ref self;
	int64_t value;
};

struct pool_set_console_idle_timeout_args {
	struct ref self;
	int64_t value;
};

struct pool_set_ssh_auto_mode_args {
	struct ref self;
	bool value;
};

struct pool_install_trusted_certificate_args {
	struct ref self;
	bool ca;
	const char *cert;
	struct set purpose;
};

struct pool_uninstall_trusted_certificate_args {
	struct ref self;
	struct ref certificate;
};

struct pool_sync_trusted_certificates_from_args {
	struct ref self;
	const char *remote_pool;
	struct ref remote_session;
	const char *remote_certificate;
	bool ca;
};

struct pool_exchange_trusted_certificates_on_join_args {
	struct ref self;
	bool ca;
	struct map import;
	struct set export;
};

struct pool_exchange_crls_on_join_args {
	struct ref self;
	struct map import;
	struct set export;
};

struct pool_set_name_label_args {
	struct ref self;
	const char *value;
};

struct pool_set_name_description_args {
	struct ref self;
	const char *value;
};

struct pool_set_default_SR_args {
	struct ref self;
	struct ref value;
};

struct pool_set_suspend_image_SR_args {
	struct ref self;
	struct ref value;
};

struct pool_set_crash_dump_SR_args {
	struct ref self;
	struct ref value;
};

struct pool_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pool_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pool_set_ha_allow_overcommit_args {
	struct ref self;
	bool value;
};

struct pool_set_tags_args {
	struct ref self;
	struct set value;
};

struct pool_add_tags_args {
	struct ref self;
	const char *value;
};

struct pool_remove_tags_args {
	struct ref self;
	const char *value;
};

struct pool_set_gui_config_args {
	struct ref self;
	struct map value;
};

struct pool_add_to_gui_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_remove_from_gui_config_args {
	struct ref self;
	const char *key;
};

struct pool_set_health_check_config_args {
	struct ref self;
	struct map value;
};

struct pool_add_to_health_check_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_remove_from_health_check_config_args {
	struct ref self;
	const char *key;
};

struct pool_set_wlb_enabled_args {
	struct ref self;
	bool value;
};

struct pool_set_wlb_verify_cert_args {
	struct ref self;
	bool value;
};

struct pool_set_policy_no_vendor_device_args {
	struct ref self;
	bool value;
};

struct pool_set_live_patching_disabled_args {
	struct ref self;
	bool value;
};

struct pool_set_is_psr_pending_args {
	struct ref self;
	bool value;
};

struct pool_set_migration_compression_args {
	struct ref self;
	bool value;
};

struct pool_set_coordinator_bias_args {
	struct ref self;
	bool value;
};

struct pool_set_license_server_args {
	struct ref self;
	struct map value;
};

struct pool_add_to_license_server_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_remove_from_license_server_args {
	struct ref self;
	const char *key;
};

struct pool_set_ha_reboot_vm_on_internal_shutdown_args {
	struct ref self;
	bool value;
};

struct pool_set_limit_console_sessions_args {
	struct ref self;
	bool value;
};

struct pool_set_vm_console_idle_timeout_args {
	struct ref self;
	int64_t value;
};

struct pool_set_auto_update_vm_secureboot_certificates_args {
	struct ref self;
	bool value;
};

struct pool_patch_apply_args {
	struct ref self;
	struct ref host;
};

struct pool_patch_pool_apply_args {
	struct ref self;
};

struct pool_patch_precheck_args {
	struct ref self;
	struct ref host;
};

struct pool_patch_clean_args {
	struct ref self;
};

struct pool_patch_pool_clean_args {
	struct ref self;
};

struct pool_patch_destroy_args {
	struct ref self;
};

struct pool_patch_clean_on_host_args {
	struct ref self;
	struct ref host;
};

struct pool_patch_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pool_patch_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_patch_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct pool_update_introduce_args {
	struct ref vdi;
};

struct pool_update_precheck_args {
	struct ref self;
	struct ref host;
};

struct pool_update_apply_args {
	struct ref self;
	struct ref host;
};

struct pool_update_pool_apply_args {
	struct ref self;
};

struct pool_update_pool_clean_args {
	struct ref self;
};

struct pool_update_destroy_args {
	struct ref self;
};

struct pool_update_attach_args {
	struct ref self;
	bool use_localhost_proxy;
};

struct pool_update_detach_args {
	struct ref self;
};

struct pool_update_resync_host_args {
	struct ref host;
};

struct pool_update_set_other_config_args {
	struct ref self;
	struct map value;
};

struct pool_update_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct pool_update_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct role_get_permissions_args {
	struct ref self;
};

struct role_get_permissions_name_label_args {
	struct ref self;
};

struct role_get_by_permission_args {
	struct ref permission;
};

struct role_get_by_permission_name_label_args {
	const char *label;
};

struct secret_introduce_args {
	const char *uuid;
	const char *value;
	struct map other_config;
};

struct secret_set_value_args {
	struct ref self;
	const char *value;
};

struct secret_set_other_config_args {
	struct ref self;
	struct map value;
};

struct secret_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct secret_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct secret_create_args {
	const struct secret *args;
};

struct secret_destroy_args {
	struct ref self;
};

struct session_login_with_password_args {
	const char *uname;
	const char *pwd;
	const char *version;
	const char *originator;
};

struct session_logout_args {
	char none;
};

struct session_change_password_args {
	const char *old_pwd;
	const char *new_pwd;
};

struct session_slave_login_args {
	struct ref host;
	const char *psecret;
};

struct session_slave_local_login_args {
	const char *psecret;
};

struct session_slave_local_login_with_password_args {
	const char *uname;
	const char *pwd;
};

struct session_create_from_db_file_args {
	const char *filename;
};

struct session_local_logout_args {
	char none;
};

struct session_get_all_subject_identifiers_args {
	char none;
};

struct session_logout_subject_identifier_args {
	const char *subject_identifier;
};

struct session_set_other_config_args {
	struct ref self;
	struct map value;
};

struct session_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct session_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct subject_add_to_roles_args {
	struct ref self;
	struct ref role;
};

struct subject_remove_from_roles_args {
	struct ref self;
	struct ref role;
};

struct subject_get_permissions_name_label_args {
	struct ref self;
};

struct subject_create_args {
	const struct subject *args;
};

struct subject_destroy_args {
	struct ref self;
};

struct task_create_args {
	const char *label;
	const char *description;
};

struct task_destroy_args {
	struct ref self;
};

struct task_cancel_args {
	struct ref task;
};

struct task_set_status_args {
	struct ref self;
	enum task_status_type value;
};

struct task_set_progress_args {
	struct ref self;
	double value;
};

struct task_set_result_args {
	struct ref self;
	const char *value;
};

struct task_set_error_info_args {
	struct ref self;
	struct set value;
};

struct task_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct task_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct task_set_other_config_args {
	struct ref self;
	struct map value;
};

struct tunnel_create_args {
	struct ref transport_PIF;
	struct ref network;
	enum tunnel_protocol protocol;
};

struct tunnel_destroy_args {
	struct ref self;
};

struct tunnel_set_status_args {
	struct ref self;
	struct map value;
};

struct tunnel_add_to_status_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct tunnel_remove_from_status_args {
	struct ref self;
	const char *key;
};

struct tunnel_set_other_config_args {
	struct ref self;
	struct map value;
};

struct tunnel_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct tunnel_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct tunnel_set_protocol_args {
	struct ref self;
	enum tunnel_protocol value;
};

struct user_set_fullname_args {
	struct ref self;
	const char *value;
};

struct user_set_other_config_args {
	struct ref self;
	struct map value;
};

struct user_add_to_other_config_args {
	struct ref self;
	const char *key;
	const char *value;
};

struct user_remove_from_other_config_args {
	struct ref self;
	const char *key;
};

struct user_create_args {
	const struct user *args;
};

struct user_destroy_args {
	struct ref self;
};

/* Wire names of enums. */
extern const struct enum_info enum_info_after_apply_guidance;
extern const struct enum_info enum_info_allocation_algorithm;
extern const struct enum_info enum_info_bond_mode;
extern const struct enum_info enum_info_certificate_purpose;
extern const struct enum_info enum_info_certificate_type;
extern const struct enum_info enum_info_cls;
extern const struct enum_info enum_info_cluster_host_operation;
extern const struct enum_info enum_info_cluster_operation;
extern const struct enum_info enum_info_console_protocol;
extern const struct enum_info enum_info_domain_type;
extern const struct enum_info enum_info_event_operation;
extern const struct enum_info enum_info_hello_return;
extern const struct enum_info enum_info_host_allowed_operations;
extern const struct enum_info enum_info_host_display;
extern const struct enum_info enum_info_host_ntp_mode;
extern const struct enum_info enum_info_host_numa_affinity_policy;
extern const struct enum_info enum_info_host_sched_gran;
extern const struct enum_info enum_info_image_format_type;
extern const struct enum_info enum_info_ip_configuration_mode;
extern const struct enum_info enum_info_ipv6_configuration_mode;
extern const struct enum_info enum_info_latest_synced_updates_applied_state;
extern const struct enum_info enum_info_livepatch_status;
extern const struct enum_info enum_info_network_default_locking_mode;
extern const struct enum_info enum_info_network_operations;
extern const struct enum_info enum_info_network_purpose;
extern const struct enum_info enum_info_on_boot;
extern const struct enum_info enum_info_on_crash_behaviour;
extern const struct enum_info enum_info_on_normal_exit;
extern const struct enum_info enum_info_on_softreboot_behavior;
extern const struct enum_info enum_info_origin;
extern const struct enum_info enum_info_pci_dom0_access;
extern const struct enum_info enum_info_persistence_backend;
extern const struct enum_info enum_info_pif_igmp_status;
extern const struct enum_info enum_info_placement_policy;
extern const struct enum_info enum_info_pool_allowed_operations;
extern const struct enum_info enum_info_pool_guest_secureboot_readiness;
extern const struct enum_info enum_info_primary_address_type;
extern const struct enum_info enum_info_pvs_proxy_status;
extern const struct enum_info enum_info_sdn_controller_protocol;
extern const struct enum_info enum_info_sr_health;
extern const struct enum_info enum_info_sriov_configuration_mode;
extern const struct enum_info enum_info_storage_operations;
extern const struct enum_info enum_info_task_allowed_operations;
extern const struct enum_info enum_info_task_status_type;
extern const struct enum_info enum_info_telemetry_frequency;
extern const struct enum_info enum_info_tristate_type;
extern const struct enum_info enum_info_tunnel_protocol;
extern const struct enum_info enum_info_update_after_apply_guidance;
extern const struct enum_info enum_info_update_guidances;
extern const struct enum_info enum_info_update_status;
extern const struct enum_info enum_info_update_sync_frequency;
extern const struct enum_info enum_info_vbd_mode;
extern const struct enum_info enum_info_vbd_operations;
extern const struct enum_info enum_info_vbd_type;
extern const struct enum_info enum_info_vdi_operations;
extern const struct enum_info enum_info_vdi_type;
extern const struct enum_info enum_info_vgpu_type_implementation;
extern const struct enum_info enum_info_vif_ipv4_configuration_mode;
extern const struct enum_info enum_info_vif_ipv6_configuration_mode;
extern const struct enum_info enum_info_vif_locking_mode;
extern const struct enum_info enum_info_vif_operations;
extern const struct enum_info enum_info_vm_appliance_operation;
extern const struct enum_info enum_info_vm_operations;
extern const struct enum_info enum_info_vm_power_state;
extern const struct enum_info enum_info_vm_secureboot_certificates_state;
extern const struct enum_info enum_info_vm_secureboot_readiness;
extern const struct enum_info enum_info_vm_uefi_mode;
extern const struct enum_info enum_info_vmpp_archive_frequency;
extern const struct enum_info enum_info_vmpp_archive_target_type;
extern const struct enum_info enum_info_vmpp_backup_frequency;
extern const struct enum_info enum_info_vmpp_backup_type;
extern const struct enum_info enum_info_vmss_frequency;
extern const struct enum_info enum_info_vmss_type;
extern const struct enum_info enum_info_vtpm_operations;
extern const struct enum_info enum_info_vusb_operations;

/* Every type that occurs. */
extern const struct type type_bool;
extern const struct type type_datetime;
extern const struct type type_enum_after_apply_guidance;
extern const struct type type_enum_allocation_algorithm;
extern const struct type type_enum_bond_mode;
extern const struct type type_enum_certificate_purpose;
extern const struct type type_enum_certificate_type;
extern const struct type type_enum_cls;
extern const struct type type_enum_cluster_host_operation;
extern const struct type type_enum_cluster_operation;
extern const struct type type_enum_console_protocol;
extern const struct type type_enum_domain_type;
extern const struct type type_enum_event_operation;
extern const struct type type_enum_hello_return;
extern const struct type type_enum_host_allowed_operations;
extern const struct type type_enum_host_display;
extern const struct type type_enum_host_ntp_mode;
extern const struct type type_enum_host_numa_affinity_policy;
extern const struct type type_enum_host_sched_gran;
extern const struct type type_enum_image_format_type;
extern const struct type type_enum_ip_configuration_mode;
extern const struct type type_enum_ipv6_configuration_mode;
extern const struct type type_enum_latest_synced_updates_applied_state;
extern const struct type type_enum_livepatch_status;
extern const struct type type_enum_network_default_locking_mode;
extern const struct type type_enum_network_operations;
extern const struct type type_enum_network_purpose;
extern const struct type type_enum_on_boot;
extern const struct type type_enum_on_crash_behaviour;
extern const struct type type_enum_on_normal_exit;
extern const struct type type_enum_on_softreboot_behavior;
extern const struct type type_enum_origin;
extern const struct type type_enum_pci_dom0_access;
extern const struct type type_enum_persistence_backend;
extern const struct type type_enum_pif_igmp_status;
extern const struct type type_enum_placement_policy;
extern const struct type type_enum_pool_allowed_operations;
extern const struct type type_enum_pool_guest_secureboot_readiness;
extern const struct type type_enum_primary_address_type;
extern const struct type type_enum_pvs_proxy_status;
extern const struct type type_enum_sdn_controller_protocol;
extern const struct type type_enum_sr_health;
extern const struct type type_enum_sriov_configuration_mode;
extern const struct type type_enum_storage_operations;
extern const struct type type_enum_task_allowed_operations;
extern const struct type type_enum_task_status_type;
extern const struct type type_enum_telemetry_frequency;
extern const struct type type_enum_tristate_type;
extern const struct type type_enum_tunnel_protocol;
extern const struct type type_enum_update_after_apply_guidance;
extern const struct type type_enum_update_guidances;
extern const struct type type_enum_update_status;
extern const struct type type_enum_update_sync_frequency;
extern const struct type type_enum_vbd_mode;
extern const struct type type_enum_vbd_operations;
extern const struct type type_enum_vbd_type;
extern const struct type type_enum_vdi_operations;
extern const struct type type_enum_vdi_type;
extern const struct type type_enum_vgpu_type_implementation;
extern const struct type type_enum_vif_ipv4_configuration_mode;
extern const struct type type_enum_vif_ipv6_configuration_mode;
extern const struct type type_enum_vif_locking_mode;
extern const struct type type_enum_vif_operations;
extern const struct type type_enum_vm_appliance_operation;
extern const struct type type_enum_vm_operations;
extern const struct type type_enum_vm_power_state;
extern const struct type type_enum_vm_secureboot_certificates_state;
extern const struct type type_enum_vm_secureboot_readiness;
extern const struct type type_enum_vm_uefi_mode;
extern const struct type type_enum_vmpp_archive_frequency;
extern const struct type type_enum_vmpp_archive_target_type;
extern const struct type type_enum_vmpp_backup_frequency;
extern const struct type type_enum_vmpp_backup_type;
extern const struct type type_enum_vmss_frequency;
extern const struct type type_enum_vmss_type;
extern const struct type type_enum_vtpm_operations;
extern const struct type type_enum_vusb_operations;
extern const struct type type_event_batch;
extern const struct type type_float;
extern const struct type type_int;
extern const struct type type_map_enum_vm_operations_string;
extern const struct type type_map_int_float;
extern const struct type type_map_int_int;
extern const struct type type_map_int_set_string;
extern const struct type type_map_ref_Bond_record_Bond;
extern const struct type type_map_ref_Caller_record_Caller;
extern const struct type type_map_ref_Certificate_record_Certificate;
extern const struct type type_map_ref_Cluster_record_Cluster;
extern const struct type type_map_ref_Cluster_host_record_Cluster_host;
extern const struct type type_map_ref_DR_task_record_DR_task;
extern const struct type type_map_ref_Driver_variant_record_Driver_variant;
extern const struct type type_map_ref_Feature_record_Feature;
extern const struct type type_map_ref_GPU_group_record_GPU_group;
extern const struct type type_map_ref_Host_driver_record_Host_driver;
extern const struct type type_map_ref_Observer_record_Observer;
extern const struct type type_map_ref_PBD_record_PBD;
extern const struct type type_map_ref_PCI_record_PCI;
extern const struct type type_map_ref_PGPU_record_PGPU;
extern const struct type type_map_ref_PIF_record_PIF;
extern const struct type type_map_ref_PIF_metrics_record_PIF_metrics;
extern const struct type type_map_ref_PUSB_record_PUSB;
extern const struct type type_map_ref_PVS_cache_storage_record_PVS_cache_storage;
extern const struct type type_map_ref_PVS_proxy_record_PVS_proxy;
extern const struct type type_map_ref_PVS_server_record_PVS_server;
extern const struct type type_map_ref_PVS_site_record_PVS_site;
extern const struct type type_map_ref_Rate_limit_record_Rate_limit;
extern const struct type type_map_ref_Repository_record_Repository;
extern const struct type type_map_ref_SDN_controller_record_SDN_controller;
extern const struct type type_map_ref_SM_record_SM;
extern const struct type type_map_ref_SR_record_SR;
extern const struct type type_map_ref_USB_group_record_USB_group;
extern const struct type type_map_ref_VBD_record_VBD;
extern const struct type type_map_ref_VBD_metrics_record_VBD_metrics;
extern const struct type type_map_ref_VDI_record_VDI;
extern const struct type type_map_ref_VDI_ref_SR;
extern const struct type type_map_ref_VDI_string;
extern const struct type type_map_ref_VGPU_record_VGPU;
extern const struct type type_map_ref_VGPU_ref_GPU_group;
extern const struct type type_map_ref_VGPU_type_int;
extern const struct type type_map_ref_VGPU_type_record_VGPU_type;
extern const struct type type_map_ref_VIF_record_VIF;
extern const struct type type_map_ref_VIF_ref_network;
extern const struct type type_map_ref_VIF_string;
extern const struct type type_map_ref_VIF_metrics_record_VIF_metrics;
extern const struct type type_map_ref_VLAN_record_VLAN;
extern const struct type type_map_ref_VM_map_string_string;
extern const struct type type_map_ref_VM_record_VM;
extern const struct type type_map_ref_VM_set_string;
extern const struct type type_map_ref_VM_string;
extern const struct type type_map_ref_VMPP_record_VMPP;
extern const struct type type_map_ref_VMSS_record_VMSS;
extern const struct type type_map_ref_VM_appliance_record_VM_appliance;
extern const struct type type_map_ref_VM_group_record_VM_group;
extern const struct type type_map_ref_VM_guest_metrics_record_VM_guest_metrics;
extern const struct type type_map_ref_VM_metrics_record_VM_metrics;
extern const struct type type_map_ref_VTPM_record_VTPM;
extern const struct type type_map_ref_VUSB_record_VUSB;
extern const struct type type_map_ref_blob_record_blob;
extern const struct type type_map_ref_console_record_console;
extern const struct type type_map_ref_crashdump_record_crashdump;
extern const struct type type_map_ref_host_record_host;
extern const struct type type_map_ref_host_set_string;
extern const struct type type_map_ref_host_cpu_record_host_cpu;
extern const struct type type_map_ref_host_crashdump_record_host_crashdump;
extern const struct type type_map_ref_host_metrics_record_host_metrics;
extern const struct type type_map_ref_host_patch_record_host_patch;
extern const struct type type_map_ref_message_record_message;
extern const struct type type_map_ref_network_record_network;
extern const struct type type_map_ref_network_sriov_record_network_sriov;
extern const struct type type_map_ref_pool_record_pool;
extern const struct type type_map_ref_pool_patch_record_pool_patch;
extern const struct type type_map_ref_pool_update_record_pool_update;
extern const struct type type_map_ref_role_record_role;
extern const struct type type_map_ref_secret_record_secret;
extern const struct type type_map_ref_subject_record_subject;
extern const struct type type_map_ref_task_record_task;
extern const struct type type_map_ref_tunnel_record_tunnel;
extern const struct type type_map_string_enum_cluster_host_operation;
extern const struct type type_map_string_enum_cluster_operation;
extern const struct type type_map_string_enum_host_allowed_operations;
extern const struct type type_map_string_enum_network_operations;
extern const struct type type_map_string_enum_pool_allowed_operations;
extern const struct type type_map_string_enum_storage_operations;
extern const struct type type_map_string_enum_task_allowed_operations;
extern const struct type type_map_string_enum_vbd_operations;
extern const struct type type_map_string_enum_vdi_operations;
extern const struct type type_map_string_enum_vif_operations;
extern const struct type type_map_string_enum_vm_appliance_operation;
extern const struct type type_map_string_enum_vm_operations;
extern const struct type type_map_string_enum_vtpm_operations;
extern const struct type type_map_string_enum_vusb_operations;
extern const struct type type_map_string_int;
extern const struct type type_map_string_ref_blob;
extern const struct type type_map_string_set_string;
extern const struct type type_map_string_string;
extern const struct type type_option_record_sr_stat;
extern const struct type type_option_string;
extern const struct type type_record_Bond;
extern const struct type type_record_Caller;
extern const struct type type_record_Certificate;
extern const struct type type_record_Cluster;
extern const struct type type_record_Cluster_host;
extern const struct type type_record_DR_task;
extern const struct type type_record_Driver_variant;
extern const struct type type_record_Feature;
extern const struct type type_record_GPU_group;
extern const struct type type_record_Host_driver;
extern const struct type type_record_LVHD;
extern const struct type type_record_Observer;
extern const struct type type_record_PBD;
extern const struct type type_record_PCI;
extern const struct type type_record_PGPU;
extern const struct type type_record_PIF;
extern const struct type type_record_PIF_metrics;
extern const struct type type_record_PUSB;
extern const struct type type_record_PVS_cache_storage;
extern const struct type type_record_PVS_proxy;
extern const struct type type_record_PVS_server;
extern const struct type type_record_PVS_site;
extern const struct type type_record_Rate_limit;
extern const struct type type_record_Repository;
extern const struct type type_record_SDN_controller;
extern const struct type type_record_SM;
extern const struct type type_record_SR;
extern const struct type type_record_USB_group;
extern const struct type type_record_VBD;
extern const struct type type_record_VBD_metrics;
extern const struct type type_record_VDI;
extern const struct type type_record_VGPU;
extern const struct type type_record_VGPU_type;
extern const struct type type_record_VIF;
extern const struct type type_record_VIF_metrics;
extern const struct type type_record_VLAN;
extern const struct type type_record_VM;
extern const struct type type_record_VMPP;
extern const struct type type_record_VMSS;
extern const struct type type_record_VM_appliance;
extern const struct type type_record_VM_group;
extern const struct type type_record_VM_guest_metrics;
extern const struct type type_record_VM_metrics;
extern const struct type type_record_VTPM;
extern const struct type type_record_VUSB;
extern const struct type type_record_any;
extern const struct type type_record_blob;
extern const struct type type_record_console;
extern const struct type type_record_crashdump;
extern const struct type type_record_data_source;
extern const struct type type_record_event;
extern const struct type type_record_host;
extern const struct type type_record_host_cpu;
extern const struct type type_record_host_crashdump;
extern const struct type type_record_host_metrics;
extern const struct type type_record_host_patch;
extern const struct type type_record_message;
extern const struct type type_record_network;
extern const struct type type_record_network_sriov;
extern const struct type type_record_pool;
extern const struct type type_record_pool_patch;
extern const struct type type_record_pool_update;
extern const struct type type_record_probe_result;
extern const struct type type_record_role;
extern const struct type type_record_secret;
extern const struct type type_record_session;
extern const struct type type_record_sr_stat;
extern const struct type type_record_subject;
extern const struct type type_record_task;
extern const struct type type_record_tunnel;
extern const struct type type_record_user;
extern const struct type type_record_vdi_nbd_server_info;
extern const struct type type_ref_Bond;
extern const struct type type_ref_Caller;
extern const struct type type_ref_Certificate;
extern const struct type type_ref_Cluster;
extern const struct type type_ref_Cluster_host;
extern const struct type type_ref_DR_task;
extern const struct type type_ref_Driver_variant;
extern const struct type type_ref_Feature;
extern const struct type type_ref_GPU_group;
extern const struct type type_ref_Host_driver;
extern const struct type type_ref_LVHD;
extern const struct type type_ref_Observer;
extern const struct type type_ref_PBD;
extern const struct type type_ref_PCI;
extern const struct type type_ref_PGPU;
extern const struct type type_ref_PIF;
extern const struct type type_ref_PIF_metrics;
extern const struct type type_ref_PUSB;
extern const struct type type_ref_PVS_cache_storage;
extern const struct type type_ref_PVS_proxy;
extern const struct type type_ref_PVS_server;
extern const struct type type_ref_PVS_site;
extern const struct type type_ref_Rate_limit;
extern const struct type type_ref_Repository;
extern const struct type type_ref_SDN_controller;
extern const struct type type_ref_SM;
extern const struct type type_ref_SR;
extern const struct type type_ref_USB_group;
extern const struct type type_ref_VBD;
extern const struct type type_ref_VBD_metrics;
extern const struct type type_ref_VDI;
extern const struct type type_ref_VGPU;
extern const struct type type_ref_VGPU_type;
extern const struct type type_ref_VIF;
extern const struct type type_ref_VIF_metrics;
extern const struct type type_ref_VLAN;
extern const struct type type_ref_VM;
extern const struct type type_ref_VMPP;
extern const struct type type_ref_VMSS;
extern const struct type type_ref_VM_appliance;
extern const struct type type_ref_VM_group;
extern const struct type type_ref_VM_guest_metrics;
extern const struct type type_ref_VM_metrics;
extern const struct type type_ref_VTPM;
extern const struct type type_ref_VUSB;
extern const struct type type_ref_blob;
extern const struct type type_ref_console;
extern const struct type type_ref_crashdump;
extern const struct type type_ref_host;
extern const struct type type_ref_host_cpu;
extern const struct type type_ref_host_crashdump;
extern const struct type type_ref_host_metrics;
extern const struct type type_ref_host_patch;
extern const struct type type_ref_message;
extern const struct type type_ref_network;
extern const struct type type_ref_network_sriov;
extern const struct type type_ref_pool;
extern const struct type type_ref_pool_patch;
extern const struct type type_ref_pool_update;
extern const struct type type_ref_role;
extern const struct type type_ref_secret;
extern const struct type type_ref_session;
extern const struct type type_ref_subject;
extern const struct type type_ref_task;
extern const struct type type_ref_tunnel;
extern const struct type type_ref_user;
extern const struct type type_secret;
extern const struct type type_set_enum_after_apply_guidance;
extern const struct type type_set_enum_certificate_purpose;
extern const struct type type_set_enum_cluster_host_operation;
extern const struct type type_set_enum_cluster_operation;
extern const struct type type_set_enum_host_allowed_operations;
extern const struct type type_set_enum_image_format_type;
extern const struct type type_set_enum_network_operations;
extern const struct type type_set_enum_network_purpose;
extern const struct type type_set_enum_pool_allowed_operations;
extern const struct type type_set_enum_storage_operations;
extern const struct type type_set_enum_task_allowed_operations;
extern const struct type type_set_enum_update_after_apply_guidance;
extern const struct type type_set_enum_update_guidances;
extern const struct type type_set_enum_vbd_operations;
extern const struct type type_set_enum_vdi_operations;
extern const struct type type_set_enum_vif_operations;
extern const struct type type_set_enum_vm_appliance_operation;
extern const struct type type_set_enum_vm_operations;
extern const struct type type_set_enum_vtpm_operations;
extern const struct type type_set_enum_vusb_operations;
extern const struct type type_set_int;
extern const struct type type_set_record_data_source;
extern const struct type type_set_record_event;
extern const struct type type_set_record_probe_result;
extern const struct type type_set_record_vdi_nbd_server_info;
extern const struct type type_set_ref_Bond;
extern const struct type type_set_ref_Caller;
extern const struct type type_set_ref_Certificate;
extern const struct type type_set_ref_Cluster;
extern const struct type type_set_ref_Cluster_host;
extern const struct type type_set_ref_DR_task;
extern const struct type type_set_ref_Driver_variant;
extern const struct type type_set_ref_Feature;
extern const struct type type_set_ref_GPU_group;
extern const struct type type_set_ref_Host_driver;
extern const struct type type_set_ref_Observer;
extern const struct type type_set_ref_PBD;
extern const struct type type_set_ref_PCI;
extern const struct type type_set_ref_PGPU;
extern const struct type type_set_ref_PIF;
extern const struct type type_set_ref_PIF_metrics;
extern const struct type type_set_ref_PUSB;
extern const struct type type_set_ref_PVS_cache_storage;
extern const struct type type_set_ref_PVS_proxy;
extern const struct type type_set_ref_PVS_server;
extern const struct type type_set_ref_PVS_site;
extern const struct type type_set_ref_Rate_limit;
extern const struct type type_set_ref_Repository;
extern const struct type type_set_ref_SDN_controller;
extern const struct type type_set_ref_SM;
extern const struct type type_set_ref_SR;
extern const struct type type_set_ref_USB_group;
extern const struct type type_set_ref_VBD;
extern const struct type type_set_ref_VBD_metrics;
extern const struct type type_set_ref_VDI;
extern const struct type type_set_ref_VGPU;
extern const struct type type_set_ref_VGPU_type;
extern const struct type type_set_ref_VIF;
extern const struct type type_set_ref_VIF_metrics;
extern const struct type type_set_ref_VLAN;
extern const struct type type_set_ref_VM;
extern const struct type type_set_ref_VMPP;
extern const struct type type_set_ref_VMSS;
extern const struct type type_set_ref_VM_appliance;
extern const struct type type_set_ref_VM_group;
extern const struct type type_set_ref_VM_guest_metrics;
extern const struct type type_set_ref_VM_metrics;
extern const struct type type_set_ref_VTPM;
extern const struct type type_set_ref_VUSB;
extern const struct type type_set_ref_blob;
extern const struct type type_set_ref_console;
extern const struct type type_set_ref_crashdump;
extern const struct type type_set_ref_host;
extern const struct type type_set_ref_host_cpu;
extern const struct type type_set_ref_host_crashdump;
extern const struct type type_set_ref_host_metrics;
extern const struct type type_set_ref_host_patch;
extern const struct type type_set_ref_message;
extern const struct type type_set_ref_network;
extern const struct type type_set_ref_network_sriov;
extern const struct type type_set_ref_pool;
extern const struct type type_set_ref_pool_patch;
extern const struct type type_set_ref_pool_update;
extern const struct type type_set_ref_role;
extern const struct type type_set_ref_secret;
extern const struct type type_set_ref_subject;
extern const struct type type_set_ref_task;
extern const struct type type_set_ref_tunnel;
extern const struct type type_set_set_string;
extern const struct type type_set_string;
extern const struct type type_string;
extern const struct type type_void;

#endif
