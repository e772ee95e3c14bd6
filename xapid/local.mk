# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LIBRARIES += libxapidlib.a libxapidmodel.a libxapidworker.a \
	libxapidcore.a

libxapidlib_a_SOURCES = \
	xapid/lib/arena.c \
	xapid/lib/arena.h \
	xapid/lib/bytes.c \
	xapid/lib/bytes.h \
	xapid/lib/cleanup.h \
	xapid/lib/clock.c \
	xapid/lib/clock.h \
	xapid/lib/fault.c \
	xapid/lib/fault.h \
	xapid/lib/file.c \
	xapid/lib/file.h \
	xapid/lib/log.c \
	xapid/lib/log.h \
	xapid/lib/logring.c \
	xapid/lib/logring.h \
	xapid/lib/proc.c \
	xapid/lib/proc.h \
	xapid/lib/ref.c \
	xapid/lib/ref.h \
	xapid/lib/refmap.c \
	xapid/lib/refmap.h \
	xapid/lib/text.c \
	xapid/lib/text.h \
	xapid/lib/threads.c \
	xapid/lib/threads.h

# What every worker program is made of.
libxapidworker_a_SOURCES = \
	xapid/worker/obey.c \
	xapid/worker/obey.h \
	xapid/worker/op.c \
	xapid/worker/op.h \
	xapid/worker/worker.c \
	xapid/worker/worker.h

# The generated tables are added in datamodel/local.mk.
libxapidmodel_a_SOURCES = \
	xapid/model/cli_words.c \
	xapid/model/cli_words.h \
	xapid/model/model.c \
	xapid/model/model.h \
	xapid/model/model_copy.c \
	xapid/model/model_equal.c \
	xapid/model/model_json.c \
	xapid/model/model_private.h \
	xapid/model/model_value.c \
	xapid/model/frame.c \
	xapid/model/frame.h \
	xapid/model/value.c \
	xapid/model/record.c \
	xapid/model/refbuf.c \
	xapid/model/refbuf.h \
	xapid/model/value.h
nodist_libxapidmodel_a_SOURCES =
nodist_libxapidcore_a_SOURCES =

libxapidcore_a_SOURCES = \
	xapid/world/adopt.c \
	xapid/world/adopt.h \
	xapid/access/audit.c \
	xapid/access/auth.c \
	xapid/access/auth.h \
	xapid/access/auth_api.c \
	xapid/access/auth_check.c \
	xapid/access/auth_limit.c \
	xapid/access/auth_limit.h \
	xapid/access/auth_local.c \
	xapid/access/auth_local.h \
	xapid/access/auth_names.c \
	xapid/access/auth_private.h \
	xapid/access/auth_users.c \
	xapid/access/auth_users.h \
	xapid/blob.c \
	xapid/blob.h \
	xapid/blob_http.c \
	xapid/blob_store.c \
	xapid/blob_store.h \
	xapid/model/builder.c \
	xapid/model/builder.h \
	xapid/call/call.c \
	xapid/call/call.h \
	xapid/call/call_private.h \
	xapid/certificate.c \
	xapid/certificate.h \
	xapid/collect.c \
	xapid/collect.h \
	xapid/collect_http.c \
	xapid/cli/args.c \
	xapid/cli/args.h \
	xapid/cli/call.c \
	xapid/cli/call.h \
	xapid/cli/cli.h \
	xapid/cli/device.c \
	xapid/cli/device.h \
	xapid/cli/diagnose.c \
	xapid/cli/host_commands.c \
	xapid/cli/misc_commands.c \
	xapid/cli/object.c \
	xapid/cli/object.h \
	xapid/cli/stream.c \
	xapid/cli/stream.h \
	xapid/cli/vdi_commands.c \
	xapid/cli/vm_copy.c \
	xapid/cli/vm_disk.c \
	xapid/cli/vm_install.c \
	xapid/cli/vm_power.c \
	xapid/cli/vm_remove.c \
	xapid/cli/vm_stream.c \
	xapid/cli/fields.c \
	xapid/cli/explain.c \
	xapid/cli/explain.h \
	xapid/cli/fail.c \
	xapid/cli/frames.c \
	xapid/cli/frames.h \
	xapid/cli/generic.c \
	xapid/cli/generic.h \
	xapid/cli/help.c \
	xapid/cli/print.c \
	xapid/cli/print.h \
	xapid/cli/regular.c \
	xapid/cli/regular.h \
	xapid/cli/select.c \
	xapid/cli/select.h \
	xapid/cli/serve.c \
	xapid/cli/table.h \
	xapid/cli/task.c \
	xapid/cli/value.c \
	xapid/cli/value.h \
	xapid/cli/watch.c \
	xapid/cli/watch.h \
	xapid/call/core.h \
	xapid/db/db.c \
	xapid/db/db.h \
	xapid/db/db_check.c \
	xapid/db/db_check.h \
	xapid/db/db_engine.h \
	xapid/db/db_file.c \
	xapid/db/db_file.h \
	xapid/db/db_flush.c \
	xapid/db/db_index.c \
	xapid/db/db_private.h \
	xapid/db/db_sqlite.c \
	xapid/db/db_sqlite_private.h \
	xapid/db/db_sqlite_row.c \
	xapid/db/db_sqlite_vfs.c \
	xapid/db/db_xml.c \
	xapid/db/db_xml.h \
	xapid/db/db_xml_cell.c \
	xapid/db/db_xml_read.c \
	xapid/diagnostics.c \
	xapid/call/dispatch.c \
	xapid/call/edit.c \
	xapid/call/edit.h \
	xapid/db/event.c \
	xapid/db/event.h \
	xapid/call/event_calls.c \
	xapid/call/event_calls.h \
	xapid/call/event_filter.c \
	xapid/host.c \
	xapid/host_certificate.c \
	xapid/host_certificate.h \
	xapid/world/host_facts.c \
	xapid/world/host_facts.h \
	xapid/world/host_identity.c \
	xapid/world/host_identity.h \
	xapid/host_info.c \
	xapid/host_operations.c \
	xapid/host_operations.h \
	xapid/host_ssh.c \
	xapid/host_ssh.h \
	xapid/host_time.c \
	xapid/call/http.c \
	xapid/call/http.h \
	xapid/http_events.c \
	xapid/http_xmldbdump.c \
	xapid/call/implicit.c \
	xapid/world/mac.c \
	xapid/world/mac.h \
	xapid/world/maker.c \
	xapid/world/maker.h \
	xapid/memory_plan.c \
	xapid/memory_plan.h \
	xapid/message.c \
	xapid/message.h \
	xapid/network.c \
	xapid/placement.c \
	xapid/placement.h \
	xapid/plan/lane.c \
	xapid/plan/lane.h \
	xapid/plan/plan.c \
	xapid/plan/plan_part.c \
	xapid/plan/plan_private.h \
	xapid/plan/plan.h \
	xapid/plan_kinds.c \
	xapid/plan_kinds.h \
	xapid/plugin.c \
	xapid/pool.c \
	xapid/pool_certificates.c \
	xapid/pool_config.c \
	xapid/plan/priv.c \
	xapid/plan/priv.h \
	xapid/plan/priv_private.h \
	xapid/call/query.c \
	xapid/access/rbac.c \
	xapid/access/rbac.h \
	xapid/access/rbac_http.c \
	xapid/access/role.c \
	xapid/access/secret.c \
	xapid/server_certificate.c \
	xapid/access/session.c \
	xapid/access/session.h \
	xapid/access/session_login.c \
	xapid/access/session_private.h \
	xapid/access/session_quota.c \
	xapid/world/sim_devices.c \
	xapid/world/sim_extras.c \
	xapid/world/sim_facts.c \
	xapid/world/sim_network.c \
	xapid/world/sim_private.h \
	xapid/world/sim_pvs.c \
	xapid/world/sim_storage.c \
	xapid/world/sim_vms.c \
	xapid/world/sim_world.c \
	xapid/sr.c \
	xapid/access/subject.c \
	xapid/plan/switch.c \
	xapid/plan/switch.h \
	xapid/call/task.c \
	xapid/call/task.h \
	xapid/call/task_api.c \
	xapid/call/task_end.c \
	xapid/call/task_private.h \
	xapid/call/task_table.c \
	xapid/world/template.c \
	xapid/world/template.h \
	xapid/call/timer.c \
	xapid/call/timer.h \
	xapid/db/tx.c \
	xapid/vbd.c \
	xapid/vdi.c \
	xapid/vdi.h \
	xapid/vif.c \
	xapid/vm.c \
	xapid/vm.h \
	xapid/vm_boot.c \
	xapid/vm_boot.h \
	xapid/vm_devices.c \
	xapid/vm_devices.h \
	xapid/vm_halt.c \
	xapid/vm_halt.h \
	xapid/vm_hosts.c \
	xapid/vm_live.c \
	xapid/vm_live.h \
	xapid/vm_operations.c \
	xapid/vm_operations.h \
	xapid/vm_power.c \
	xapid/vm_power.h \
	xapid/vm_settings.c \
	xapid/world/world.c \
	xapid/world/world.h \
	xapid/world/world_private.h

sbin_PROGRAMS += xapid/xapid
xapid_xapid_SOURCES = \
	xapid/main.c \
	xapid/main_priv.c \
	xapid/main_db.c \
	xapid/main_db.h \
	xapid/options.c \
	xapid/options.h
xapid_xapid_LDADD = $(core_libs)

pkglibexec_PROGRAMS += xapid/xapid-pam
xapid_xapid_pam_SOURCES = \
	xapid/main_pam.c \
	xapid/access/pam_program.h
xapid_xapid_pam_LDADD = $(PAM_LIBS)
