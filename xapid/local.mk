# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LIBRARIES += libxapidlib.a libxapidmodel.a libxapidcore.a

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

# The generated tables are added in datamodel/local.mk.
libxapidmodel_a_SOURCES = \
	xapid/cli_words.c \
	xapid/cli_words.h \
	xapid/model.c \
	xapid/model.h \
	xapid/model_copy.c \
	xapid/model_equal.c \
	xapid/model_json.c \
	xapid/model_private.h \
	xapid/model_value.c \
	xapid/frame.c \
	xapid/frame.h \
	xapid/value.c \
	xapid/record.c \
	xapid/refbuf.c \
	xapid/refbuf.h \
	xapid/value.h
nodist_libxapidmodel_a_SOURCES =
nodist_libxapidcore_a_SOURCES =

libxapidcore_a_SOURCES = \
	xapid/audit.c \
	xapid/auth.c \
	xapid/auth.h \
	xapid/auth_api.c \
	xapid/auth_check.c \
	xapid/auth_limit.c \
	xapid/auth_limit.h \
	xapid/auth_local.c \
	xapid/auth_local.h \
	xapid/auth_names.c \
	xapid/auth_private.h \
	xapid/auth_users.c \
	xapid/auth_users.h \
	xapid/adopt.c \
	xapid/adopt.h \
	xapid/blob.c \
	xapid/blob.h \
	xapid/blob_http.c \
	xapid/blob_store.c \
	xapid/blob_store.h \
	xapid/builder.c \
	xapid/builder.h \
	xapid/call.c \
	xapid/call.h \
	xapid/call_private.h \
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
	xapid/core.h \
	xapid/db.c \
	xapid/db.h \
	xapid/db_check.c \
	xapid/db_check.h \
	xapid/db_engine.h \
	xapid/db_file.c \
	xapid/db_file.h \
	xapid/db_flush.c \
	xapid/db_index.c \
	xapid/db_private.h \
	xapid/db_sqlite.c \
	xapid/db_sqlite_private.h \
	xapid/db_sqlite_row.c \
	xapid/db_sqlite_vfs.c \
	xapid/db_xml.c \
	xapid/db_xml.h \
	xapid/db_xml_cell.c \
	xapid/db_xml_read.c \
	xapid/dispatch.c \
	xapid/edit.c \
	xapid/edit.h \
	xapid/event.c \
	xapid/event.h \
	xapid/event_calls.c \
	xapid/event_calls.h \
	xapid/event_filter.c \
	xapid/host.c \
	xapid/host_certificate.c \
	xapid/host_certificate.h \
	xapid/host_facts.c \
	xapid/host_facts.h \
	xapid/host_identity.c \
	xapid/host_identity.h \
	xapid/host_info.c \
	xapid/host_operations.c \
	xapid/host_operations.h \
	xapid/host_ssh.c \
	xapid/host_ssh.h \
	xapid/host_time.c \
	xapid/http.c \
	xapid/http.h \
	xapid/http_events.c \
	xapid/http_xmldbdump.c \
	xapid/implicit.c \
	xapid/mac.c \
	xapid/mac.h \
	xapid/maker.c \
	xapid/placement.c \
	xapid/placement.h \
	xapid/plan.c \
	xapid/plan.h \
	xapid/priv.c \
	xapid/priv.h \
	xapid/priv_private.h \
	xapid/maker.h \
	xapid/message.c \
	xapid/message.h \
	xapid/plugin.c \
	xapid/pool.c \
	xapid/pool_certificates.c \
	xapid/pool_config.c \
	xapid/query.c \
	xapid/rbac.c \
	xapid/rbac.h \
	xapid/rbac_http.c \
	xapid/role.c \
	xapid/schema.h \
	xapid/secret.c \
	xapid/server_certificate.c \
	xapid/session.c \
	xapid/session.h \
	xapid/session_login.c \
	xapid/session_private.h \
	xapid/session_quota.c \
	xapid/sim_devices.c \
	xapid/sim_extras.c \
	xapid/sim_facts.c \
	xapid/sim_network.c \
	xapid/sim_private.h \
	xapid/sim_pvs.c \
	xapid/sim_storage.c \
	xapid/sim_vms.c \
	xapid/sim_world.c \
	xapid/subject.c \
	xapid/switch.c \
	xapid/switch.h \
	xapid/task.c \
	xapid/task.h \
	xapid/template.c \
	xapid/template.h \
	xapid/timer.c \
	xapid/timer.h \
	xapid/tx.c \
	xapid/vm_halt.c \
	xapid/vm_halt.h \
	xapid/vm_operations.c \
	xapid/vm_operations.h \
	xapid/vm_power.c \
	xapid/vm_power.h \
	xapid/world.c \
	xapid/world.h \
	xapid/world_private.h

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
	xapid/pam_program.h
xapid_xapid_pam_LDADD = $(PAM_LIBS)
