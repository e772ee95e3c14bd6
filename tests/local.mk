# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests. A new one is one line in a list below; what it is linked with is the
# same for all.

# Each is built from the .c file of its name.
unit_tests = \
	tests/unit/test_crash \
	tests/unit/test_console \
	tests/unit/test_db \
	tests/unit/test_db_check \
	tests/unit/test_db_fault \
	tests/unit/test_db_upgrade \
	tests/unit/test_db_xml \
	tests/unit/test_event \
	tests/unit/test_disk \
	tests/unit/test_swtpm \
	tests/unit/test_encode \
	tests/unit/test_escape \
	tests/unit/test_frame \
	tests/unit/test_guest_agent \
	tests/unit/test_head \
	tests/unit/test_jsonrpc \
	tests/unit/test_lane \
	tests/unit/test_host_certificate \
	tests/unit/test_device_facts \
	tests/unit/test_host_facts \
	tests/unit/test_lib_address \
	tests/unit/test_lib_arena \
	tests/unit/test_lib_bytes \
	tests/unit/test_lib_cleanup \
	tests/unit/test_lib_clock \
	tests/unit/test_lib_fault \
	tests/unit/test_lib_file \
	tests/unit/test_lib_log \
	tests/unit/test_lib_moment \
	tests/unit/test_lib_packet \
	tests/unit/test_lib_proc \
	tests/unit/test_lib_ref \
	tests/unit/test_lib_refmap \
	tests/unit/test_lib_sandbox \
	tests/unit/test_lib_text \
	tests/unit/test_lib_threads \
	tests/unit/test_lib_trim \
	tests/unit/test_lib_cpu_mask \
	tests/unit/test_lib_zone \
	tests/unit/test_limit_bucket \
	tests/unit/test_mac \
	tests/unit/test_main_again \
	tests/unit/test_machine \
	tests/unit/test_main_run \
	tests/unit/test_maker \
	tests/unit/test_memory_plan \
	tests/unit/test_observer \
	tests/unit/test_plan \
	tests/unit/test_plan_resume \
	tests/unit/test_plan_wait \
	tests/unit/test_qcow2 \
	tests/unit/test_missing \
	tests/unit/test_model \
	tests/unit/test_network \
	tests/unit/test_audit \
	tests/unit/test_auth \
	tests/unit/test_rbac \
	tests/unit/test_tx \
	tests/unit/test_rpc_call \
	tests/unit/test_rpc_client \
	tests/unit/test_rpc_exchange \
	tests/unit/test_rpc_local \
	tests/unit/test_rpc_refuse \
	tests/unit/test_session \
	tests/unit/test_storage \
	tests/unit/test_rpc_tls \
	tests/unit/test_value \
	tests/unit/test_vm_boot_disk \
	tests/unit/test_vmss_when \
	tests/unit/test_websocket \
	tests/unit/test_world \
	tests/unit/test_world_make \
	tests/unit/test_xmlrpc

# Each also has a folder tests/fuzz/corpus/NAME (without fuzz_).
fuzz_tests = \
	tests/fuzz/fuzz_cli \
	tests/fuzz/fuzz_head \
	tests/fuzz/fuzz_dbfile \
	tests/fuzz/fuzz_dbxml \
	tests/fuzz/fuzz_disk \
	tests/fuzz/fuzz_jsonrpc \
	tests/fuzz/fuzz_qcow2 \
	tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_value \
	tests/fuzz/fuzz_websocket \
	tests/fuzz/fuzz_xmlrpc

# Python, run as they are.
python_tests = \
	tests/xen/test_iommu.py \
	tests/api/test_db.py \
	tests/api/test_limits.py \
	tests/api/test_login.py \
	tests/api/test_random.py \
	tests/api/test_rbac.py \
	tests/api/test_sessions.py \
	tests/api/test_world.py \
	tests/api/test_vm_pairs.py \
	tests/api/test_vm_power.py \
	tests/api/test_vm_appliance.py \
	tests/api/test_vm_cancel.py \
	tests/api/test_vm_deaths.py \
	tests/api/test_vm_deaths_copies.py \
	tests/api/test_vm_deaths_images.py \
	tests/api/test_vm_deaths_parent.py \
	tests/api/test_vm_deaths_workers.py \
	tests/api/test_vm_failures.py \
	tests/api/test_vm_reality.py \
	tests/api/test_vm_revert.py \
	tests/api/test_vm_checks.py \
	tests/api/test_vmss.py \
	datamodel/gen/tests/test_check.py \
	datamodel/gen/tests/test_cli.py \
	datamodel/gen/tests/test_fuzz.py \
	datamodel/gen/tests/test_golden.py \
	datamodel/gen/tests/test_outputs.py \
	datamodel/gen/tests/test_reader.py \
	datamodel/gen/tests/test_schema.py \
	datamodel/gen/tests/test_templates.py \
	tests/api/test_calls.py \
	tests/api/test_console.py \
	tests/api/test_client_certificates.py \
	tests/api/test_clients.py \
	tests/api/test_conformance.py \
	tests/api/test_blob.py \
	tests/api/test_crash_matrix.py \
	tests/api/test_crash_points.py \
	tests/api/test_durability.py \
	tests/api/test_events_stream.py \
	tests/api/test_fault_sites.py \
	tests/api/test_faults.py \
	tests/api/test_host.py \
	tests/api/test_host_power.py \
	tests/api/test_hostile.py \
	tests/api/test_message.py \
	tests/api/test_observer.py \
	tests/api/test_options.py \
	tests/api/test_outgoing.py \
	tests/api/test_plan_versions.py \
	tests/api/test_plugins.py \
	tests/api/test_pool.py \
	tests/api/test_privileges.py \
	tests/api/test_restore.py \
	tests/api/test_xe_apply.py \
	tests/api/test_xe_commands.py \
	tests/api/test_xe_console.py \
	tests/api/test_xe_dialogs.py \
	tests/api/test_xe_every.py \
	tests/api/test_xe_help.py \
	tests/api/test_xe_generic.py \
	tests/api/test_xe_output.py \
	tests/api/test_xe_safety.py \
	tests/api/test_xe_simulator.py \
	tests/api/test_xe_transcripts.py \
	tests/api/test_xe_wire.py \
	tests/api/test_guest_agent.py \
	tests/api/test_vm_checkpoint.py \
	tests/api/test_vm_copy.py \
	tests/api/test_vm_devices.py \
	tests/api/test_vm_passthrough.py \
	tests/api/test_vm_memory.py \
	tests/api/test_vm_suspend.py \
	tests/api/test_vm_records.py \
	tests/api/test_network.py \
	tests/api/test_storage.py \
	tests/api/test_images_random.py \
	tests/api/test_storage_files.py \
	tests/api/test_taken_back.py \
	tests/api/test_tasks.py \
	tests/lint/test_emulator.py \
	tests/lint/test_layers.py \
	tests/lint/test_lists.py \
	tests/lint/test_man.py \
	tests/lint/test_run.py \
	tests/wire/test_wire.py \
	tests/xen/test_xen.py

# Files and folders that tests read. (Corpora and tests/wire/cases are found by
# themselves.)
test_data = \
	tests/conformance/classes.json \
	tests/conformance/conformance \
	tests/conformance/errors.json \
	tests/conformance/expected \
	tests/conformance/relations.json \
	tests/conformance/tiers.json \
	tests/xe/commands \
	tests/xe/fields \
	tests/xe/golden/disks \
	tests/xe/golden/disks-json \
	tests/xe/golden/disks-minimal \
	tests/xe/golden/empty-json \
	tests/xe/golden/empty-table \
	tests/xe/golden/empty-text \
	tests/xe/golden/help \
	tests/xe/golden/list \
	tests/xe/golden/list-csv \
	tests/xe/golden/list-json \
	tests/xe/golden/list-jsonl \
	tests/xe/golden/list-minimal \
	tests/xe/golden/list-params \
	tests/xe/golden/list-table \
	tests/xe/golden/list-yaml \
	tests/xe/transcripts

# Python tests that write their golden files when XAPID_UPDATE_GOLDEN is 1.
golden_tests = \
	tests/api/test_clients.py \
	tests/api/test_conformance.py \
	tests/api/test_xe_output.py \
	tests/wire/test_wire.py

# Print figures; never run by check.
bench_programs = \
	tests/bench/bench_codec \
	tests/bench/bench_db \
	tests/bench/bench_world
bench_scripts = \
	tests/bench/bench_http.py \
	tests/bench/bench.py \
	tests/bench/bench_vm.py \
	tests/bench/bench_xe.py
# What bench_scripts measure, and measure with.
bench_servers = \
	tests/bench/bare_mhd \
	tests/bench/durable \
	tests/bench/floors \
	tests/bench/listen \
	tests/bench/load \
	tests/bench/toy_server

EXTRA_DIST += \
	tests/.clang-tidy \
	tests/bench/measure.py \
	tests/lib/cliserver.py \
	tests/lib/facts.py \
	tests/interop/run \
	tests/interop/xen_api.mjs \
	tests/interop/xenapi_py.py \
	tests/xen/dom0/bed.py \
	tests/xen/dom0/emulator.py \
	tests/xen/dom0/run \
	tests/xen/dom0/show \
	tests/xen/dom0/test_boot.py \
	tests/xen/dom0/test_calls.py \
	tests/xen/dom0/test_checkpoint.py \
	tests/xen/dom0/test_deaths.py \
	tests/xen/dom0/test_devices.py \
	tests/xen/dom0/test_figures.py \
	tests/xen/dom0/test_guests.py \
	tests/xen/dom0/test_live.py \
	tests/xen/dom0/test_host.py \
	tests/xen/dom0/test_console.py \
	tests/xen/dom0/test_addresses.py \
	tests/xen/dom0/test_bonds.py \
	tests/xen/dom0/test_moments.py \
	tests/xen/dom0/test_network.py \
	tests/xen/dom0/test_power.py \
	tests/xen/dom0/test_reality.py \
	tests/xen/dom0/test_storage.py \
	tests/xen/dom0/test_tpm.py \
	tests/xen/dom0/test_worker.py \
	tests/xen/dom0/walk_calls.py \
	tests/xen/dom0/walk_reverts.py \
	tests/xen/dom0/worker.py \
	tests/xen/show \
	tests/xen/bed/README.md \
	tests/xen/bed/build \
	tests/xen/bed/build-in-root \
	tests/xen/bed/dom0-init \
	tests/xen/bed/driver-domain/block \
	tests/xen/bed/driver-domain/init \
	tests/xen/bed/driver-domain/vif-bridge \
	tests/xen/bed/guest/Makefile \
	tests/xen/bed/guest/guest.c \
	tests/xen/bed/guest/link.ld \
	tests/xen/bed/guest/start.S \
	tests/xen/bed/guest/tpm.S \
	tests/xen/bed/guest-init \
	tests/xen/bed/initramfs-init \
	tests/xen/bed/pool \
	tests/xen/bed/run \
	tests/lib/fault_sites.py \
	tests/lib/tap.py \
	tests/lib/truth.py \
	tests/lib/thincli.py \
	tests/lib/xe.py \
	tests/lib/machines.py \
	tests/lib/moments.py \
	tests/lib/simulator.py \
	tests/lib/xapid.py \
	tests/lint/cppcheck.h \
	tests/lint/layers.py \
	tests/run \
	$(python_tests) \
	$(test_data) \
	tests/crash/record.c \
	tests/lib/crash_script.py \
	tests/lib/fault_sites.c \
	$(bench_scripts)

# Loaded into the daemon by tests/api/test_crash_matrix.py and test_fault_sites.py.
check_DATA = \
	tests/crash/record.so \
	tests/lib/fault_sites.so
CLEANFILES += $(check_DATA)
tests/crash/record.so: tests/crash/record.c tests/crash/log.h
	$(AM_V_CC)$(MKDIR_P) tests/crash && $(CC) -std=gnu17 -O2 -g -Wall \
	    -Wextra -shared -fPIC -fno-builtin -I$(srcdir) -o $@ \
	    $(srcdir)/tests/crash/record.c
tests/lib/fault_sites.so: tests/lib/fault_sites.c
	$(AM_V_CC)$(MKDIR_P) tests/lib && $(CC) -std=gnu17 -O2 -g -Wall \
	    -Wextra -shared -fPIC -fno-builtin -o $@ \
	    $(srcdir)/tests/lib/fault_sites.c

# What tests/api/test_crash_matrix.py reads the log with.
tests_crash_check_SOURCES = \
	tests/crash/check.c \
	tests/crash/disk.c \
	tests/crash/disk.h \
	tests/crash/files.c \
	tests/crash/files.h \
	tests/crash/log.h \
	tests/crash/model.c \
	tests/crash/model.h \
	tests/crash/vfs.c \
	tests/crash/vfs.h

check_PROGRAMS += $(unit_tests) $(fuzz_tests) tests/crash/check
EXTRA_PROGRAMS += $(bench_programs) $(bench_servers)
tests_bench_bare_mhd_LDADD = $(MHD_LIBS)

# A test that calls API methods needs the whole core:
# tests_unit_test_NAME_LDADD = $(test_libs) $(core_libs)
check_LIBRARIES = tests/lib/libunit.a tests/fuzz/libreplay.a
tests_lib_libunit_a_SOURCES = \
	tests/lib/db_dump.c \
	tests/lib/db_dump.h \
	tests/lib/db_script.c \
	tests/lib/db_script.h \
	tests/lib/db_tools.c \
	tests/lib/db_tools.h \
	tests/lib/daemonless.c \
	tests/lib/daemonless.h \
	tests/lib/sample.c \
	tests/lib/sample.h \
	tests/lib/talk.c \
	tests/lib/talk.h \
	tests/lib/toy_service.c \
	tests/lib/toy_service.h \
	tests/lib/unit.c \
	tests/lib/unit.h \
	tests/lib/value_show.c \
	tests/lib/value_show.h \
	tests/lib/wire.c \
	tests/lib/wire.h
tests_fuzz_libreplay_a_SOURCES = \
	tests/fuzz/fuzz.h \
	tests/fuzz/replay.c

tests_fuzz_fuzz_jsonrpc_SOURCES = \
	tests/fuzz/fuzz_jsonrpc.c \
	$(value_wire)
tests_fuzz_fuzz_xmlrpc_SOURCES = \
	tests/fuzz/fuzz_xmlrpc.c \
	$(value_wire)
value_wire = \
	tests/lib/value_wire.c \
	tests/lib/value_wire.h

# The library with a main for fuzz targets gives way to libFuzzer, if asked.
if FUZZ_WITH_ENGINE
test_libs = $(FUZZ_ENGINE) tests/lib/libunit.a $(CUNIT_LIBS)
else
test_libs = tests/lib/libunit.a $(CUNIT_LIBS) tests/fuzz/libreplay.a
endif
LDADD = $(test_libs) $(all_libs)

bench_client = \
	tests/bench/client.c \
	tests/bench/client.h
tests_bench_durable_SOURCES = \
	tests/bench/durable.c \
	$(bench_client)
tests_bench_floors_SOURCES = \
	tests/bench/floors.c \
	$(bench_client)
tests_bench_listen_SOURCES = \
	tests/bench/listen.c \
	$(bench_client)
tests_bench_load_SOURCES = \
	tests/bench/load.c \
	$(bench_client)

# Handlers are known by weak symbols only: these need them all.
tests_unit_test_rbac_LDADD = $(test_libs) $(core_libs)
tests_fuzz_fuzz_cli_LDADD = $(test_libs) $(core_libs)
tests_fuzz_fuzz_query_LDADD = $(test_libs) $(core_libs)
tests_unit_test_lane_LDADD = $(test_libs) $(core_libs)
tests_unit_test_memory_plan_LDADD = $(test_libs) $(core_libs)
plan_box = \
	tests/lib/plan_box.c \
	tests/lib/plan_box.h
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c $(plan_box)
tests_unit_test_plan_resume_SOURCES = tests/unit/test_plan_resume.c $(plan_box)
tests_unit_test_plan_wait_SOURCES = tests/unit/test_plan_wait.c $(plan_box)
tests_unit_test_missing_LDADD = $(test_libs) $(core_libs)
tests_unit_test_observer_LDADD = $(test_libs) $(core_libs)
tests_unit_test_plan_LDADD = $(test_libs) $(core_libs)
tests_unit_test_plan_resume_LDADD = $(test_libs) $(core_libs)
tests_unit_test_plan_wait_LDADD = $(test_libs) $(core_libs)
world_box = \
	tests/lib/world_box.c \
	tests/lib/world_box.h
tests_unit_test_world_SOURCES = tests/unit/test_world.c $(world_box)
tests_unit_test_world_make_SOURCES = tests/unit/test_world_make.c $(world_box)
tests_unit_test_guest_agent_LDADD = $(test_libs) $(core_libs)

tests_unit_test_main_again_SOURCES = \
	tests/unit/test_main_again.c \
	xapid/main_again.c
tests_unit_test_main_run_SOURCES = \
	tests/unit/test_main_run.c \
	xapid/main_hostname.c \
	xapid/main_power.c \
	xapid/main_run.c
tests_unit_test_machine_SOURCES = \
	tests/unit/test_machine.c \
	xapid/machine/machine.c

tests_unit_test_storage_SOURCES = \
	tests/unit/test_storage.c \
	$(storage_drivers)
tests_unit_test_qcow2_SOURCES = \
	tests/unit/test_qcow2.c \
	storage/qcow2.c
tests_unit_test_disk_SOURCES = \
	tests/unit/test_disk.c \
	$(disk_readers)
tests_unit_test_swtpm_SOURCES = \
	tests/unit/test_swtpm.c \
	domain/tpm/swtpm.c \
	domain/tpm/swtpm_process.c
tests_unit_test_swtpm_LDADD = libxapidworker.a $(test_libs) $(all_libs)
tests_fuzz_fuzz_disk_SOURCES = \
	tests/fuzz/fuzz_disk.c \
	$(disk_readers)
tests_fuzz_fuzz_qcow2_SOURCES = \
	tests/fuzz/fuzz_qcow2.c \
	storage/qcow2.c
tests_unit_test_storage_LDADD = libxapidworker.a $(test_libs) $(all_libs)

tests_unit_test_console_SOURCES = \
	tests/unit/test_console.c \
	$(console_parts)

tests_unit_test_network_SOURCES = \
	tests/unit/test_network.c \
	$(network_parts)
tests_unit_test_network_LDADD = libxapidworker.a $(test_libs) $(all_libs)

# Its own threads.c is less patient than the library's.
tests_unit_test_lib_threads_SOURCES = \
	tests/unit/test_lib_threads.c \
	xapid/lib/threads.c
tests_unit_test_lib_threads_CPPFLAGS = $(AM_CPPFLAGS) -DTHREADS_IDLE_MS=50

RUN_TESTS = $(PYTHON) $(srcdir)/tests/run --srcdir $(srcdir) $(RUNFLAGS)

check-local:
	$(RUN_TESTS) $(unit_tests) $(fuzz_tests) $(python_tests)

# ---- the same tests in other builds, in folders of this one ----

# Sanitizers take their time.
slow_check = check RUNFLAGS='$(RUNFLAGS) -t 900' XAPID_TEST_PATIENCE=4
# $(call variant,FOLDER,CONFIGURE ARGUMENTS,TARGET)
variant = \
	+@$(MKDIR_P) $(1) && cd $(1) && \
	{ test -f Makefile || $(abs_top_srcdir)/configure -q $(2); } && \
	$(MAKE) $(AM_MAKEFLAGS) $(3)
if WERROR
variant_werror = --enable-werror
endif

check-asan:
	$(call variant,build-asan,CC='$(CC)' $(variant_werror) \
	    CFLAGS='-O1 -g' --enable-sanitize=address$(comma)undefined,$(slow_check))

# Ten thousand failing workers, and a daemon killed for five minutes; make
# check does a little of both.
check-failures: all
	XAPID_FAILURES=10000 XAPID_KILL_SECONDS=300 \
	XAPID_SRCDIR=$(abs_top_srcdir) XAPID_BUILDDIR=$(abs_builddir) \
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$(abs_top_srcdir)/tests/lib \
	$(PYTHON) $(srcdir)/tests/api/test_vm_failures.py

check-tsan:
	$(call variant,build-tsan,CC='$(CC)' $(variant_werror) \
	    CFLAGS='-O1 -g' --enable-sanitize=thread,$(slow_check))

comma = ,

# Replays every corpus; with clang also looks for new inputs that break
# something, $(FUZZ_SECONDS) for each target. What it finds is left in
# build-fuzz/found/TARGET.
FUZZ_SECONDS = 10
FUZZ_CC = clang

check-fuzz: $(fuzz_tests)
	$(RUN_TESTS) $(fuzz_tests)
	+@if command -v $(FUZZ_CC) >/dev/null; then \
		$(MAKE) $(AM_MAKEFLAGS) fuzz; \
	else \
		echo "no $(FUZZ_CC): corpora only"; \
	fi

fuzz:
	$(call variant,build-fuzz,CC='$(FUZZ_CC)' CFLAGS='-O1 -g' \
	    --enable-sanitize=address$(comma)undefined$(comma)fuzzer, \
	    $(fuzz_tests))
	@cd build-fuzz && for t in $(fuzz_tests); do \
		n=$${t##*/fuzz_}; \
		$(MKDIR_P) found/$$n && echo "fuzzing $$n" && \
		./$$t -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
		    -rss_limit_mb=2048 -max_len=65536 -print_final_stats=0 \
		    -verbosity=0 -artifact_prefix=found/$$n/ found/$$n \
		    $(abs_top_srcdir)/tests/fuzz/corpus/$$n || exit 1; \
	done

# These start themselves again, or need system calls that valgrind 3.19 answers
# with ENOSYS (openat2, pidfd_open); check-asan has them.
valgrind_skips = \
	tests/unit/test_lib_file \
	tests/unit/test_lib_log \
	tests/unit/test_lib_moment \
	tests/unit/test_lib_proc

check-valgrind: $(check_PROGRAMS)
	$(RUN_TESTS) -t 900 --wrapper "valgrind -q --error-exitcode=99 \
	    --child-silent-after-fork=yes --leak-check=full \
	    --show-leak-kinds=definite --errors-for-leak-kinds=definite" \
	    $(filter-out $(valgrind_skips),$(unit_tests) $(fuzz_tests))

bench: all $(bench_programs) $(bench_servers)
	@set -e; for b in $(bench_programs); do \
		./$$b; \
	done; \
	for b in $(bench_scripts); do \
		XAPID_SRCDIR=$(abs_top_srcdir) XAPID_BUILDDIR=$(abs_builddir) \
		PYTHONDONTWRITEBYTECODE=1 \
		PYTHONPATH=$(abs_top_srcdir)/tests/lib \
		$(PYTHON) $(srcdir)/$$b; \
	done

update-golden:
	$(MAKE) $(AM_MAKEFLAGS) update-golden-datamodel
	$(MAKE) $(AM_MAKEFLAGS) all
	XAPID_UPDATE_GOLDEN=1 $(RUN_TESTS) $(golden_tests)

# ---- the look of the code ----

# LINT_FILES and FORMAT_FILES may be given, to look at some files only.
c_files = `cd $(abs_srcdir) && find xapid rpc domain storage network console metrics cli \
	tests -name '*.[ch]' ! -path 'tests/xen/bed/*' \
	2>/dev/null | sort`
LINT_FILES = $(c_files)
FORMAT_FILES = $(c_files)
LINT_JOBS = 2
CLANG_TIDY = clang-tidy
CLANG_FORMAT = clang-format
CPPCHECK = cppcheck

lint: lint-layers lint-format lint-headers lint-cppcheck lint-tidy

lint-layers:
	$(PYTHON) $(srcdir)/tests/lint/layers.py $(srcdir)

lint-format:
	@cd $(srcdir) && $(CLANG_FORMAT) --dry-run -Werror $(FORMAT_FILES)

# Every header can be included first.
lint-headers: $(BUILT_SOURCES)
	@for f in $(LINT_FILES); do case $$f in *.h) \
		echo "#include \"$$f\"" | $(COMPILE) -fsyntax-only -x c - || \
		    exit 1 ;; \
	esac; done

# It takes __typeof__(((struct vm *)0)->f) for an access, does not see what a
# function fills in, does not know <sys/queue.h>, and takes a pointer to a
# function that a table holds for an integer.
lint-cppcheck: $(BUILT_SOURCES)
	@cd $(srcdir) && $(CPPCHECK) -q -j $(LINT_JOBS) --std=c11 \
	    --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingInclude --suppress=nullPointer \
	    --suppress=uninitvar --suppress=ctuuninitvar \
	    --suppress=autoVariables --suppress=memleak \
	    --suppress=varFuncNullUB \
	    --suppress=CastIntegerToAddressAtReturn \
	    --suppress=AssignmentIntegerToAddress \
	    --error-exitcode=1 -D_GNU_SOURCE \
	    --include=tests/lint/cppcheck.h \
	    -I xapid -I . -I $(abs_builddir)/gen $(LINT_FILES)

lint-tidy: $(BUILT_SOURCES)
	@for f in $(LINT_FILES); do case $$f in *.c) echo $$f ;; esac; done | \
	xargs -P $(LINT_JOBS) -I FILE $(CLANG_TIDY) --quiet \
	    $(srcdir)/FILE -- $(DEFS) $(DEFAULT_INCLUDES) \
	    $(AM_CPPFLAGS:-I%=-isystem%) \
	    $(CPPFLAGS) -std=gnu17

format:
	cd $(srcdir) && $(CLANG_FORMAT) -i $(FORMAT_FILES)

dist-hook-corpora:
	$(MKDIR_P) $(distdir)/tests/wire/cases
	cp $(srcdir)/tests/wire/cases/*.in $(srcdir)/tests/wire/cases/*.out \
	    $(distdir)/tests/wire/cases/
	for t in $(fuzz_tests); do \
		c=tests/fuzz/corpus/$${t##*/fuzz_}; \
		$(MKDIR_P) $(distdir)/$$c && \
		cp $(srcdir)/$$c/* $(distdir)/$$c/ || exit 1; \
	done

help:
	@cat $(srcdir)/docs/targets.txt

distclean-local:
	-rm -rf build-asan build-tsan build-fuzz

.PHONY: bench check-asan check-failures check-fuzz check-tsan check-valgrind \
	dist-hook-corpora format fuzz help lint lint-cppcheck lint-format \
	lint-headers lint-layers lint-tidy update-golden
