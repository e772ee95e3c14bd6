# SPDX-License-Identifier: LGPL-2.1-or-later
# The classes, and the C made from them.

datamodel_files = \
	datamodel/auth.class \
	datamodel/blob.class \
	datamodel/bond.class \
	datamodel/caller.class \
	datamodel/certificate.class \
	datamodel/cli/access.cli \
	datamodel/cli/cluster.cli \
	datamodel/cli/diagnostic.cli \
	datamodel/cli/driver.cli \
	datamodel/cli/gpu.cli \
	datamodel/cli/group.cli \
	datamodel/cli/host.cli \
	datamodel/cli/limit.cli \
	datamodel/cli/network.cli \
	datamodel/cli/observer.cli \
	datamodel/cli/pif.cli \
	datamodel/cli/pool.cli \
	datamodel/cli/pvs.cli \
	datamodel/cli/simulator.cli \
	datamodel/cli/sr.cli \
	datamodel/cli/task.cli \
	datamodel/cli/update.cli \
	datamodel/cli/usb.cli \
	datamodel/cli/vbd.cli \
	datamodel/cli/vdi.cli \
	datamodel/cli/vif.cli \
	datamodel/cli/vm.cli \
	datamodel/cli/vtpm.cli \
	datamodel/cli/examples \
	datamodel/cli/words \
	datamodel/cluster.class \
	datamodel/cluster_host.class \
	datamodel/console.class \
	datamodel/crashdump.class \
	datamodel/data_source.class \
	datamodel/diagnostics.class \
	datamodel/dr_task.class \
	datamodel/driver_variant.class \
	datamodel/costs \
	datamodel/errors \
	datamodel/event.class \
	datamodel/feature.class \
	datamodel/gpu_group.class \
	datamodel/host.class \
	datamodel/host_cpu.class \
	datamodel/host_crashdump.class \
	datamodel/host_driver.class \
	datamodel/host_metrics.class \
	datamodel/host_patch.class \
	datamodel/lvhd.class \
	datamodel/message.class \
	datamodel/network.class \
	datamodel/network_sriov.class \
	datamodel/observer.class \
	datamodel/pbd.class \
	datamodel/pci.class \
	datamodel/pgpu.class \
	datamodel/pif.class \
	datamodel/pif_metrics.class \
	datamodel/plan_journal.class \
	datamodel/pool.class \
	datamodel/pool_patch.class \
	datamodel/pool_update.class \
	datamodel/probe_result.class \
	datamodel/pusb.class \
	datamodel/pvs_cache_storage.class \
	datamodel/pvs_proxy.class \
	datamodel/pvs_server.class \
	datamodel/pvs_site.class \
	datamodel/rate_limit.class \
	datamodel/releases/26.17.golden \
	datamodel/releases/list \
	datamodel/repository.class \
	datamodel/role.class \
	datamodel/roles \
	datamodel/schema/1.columns \
	datamodel/schema/2.columns \
	datamodel/schema/history \
	datamodel/sdn_controller.class \
	datamodel/secret.class \
	datamodel/session.class \
	datamodel/sm.class \
	datamodel/sr.class \
	datamodel/sr_stat.class \
	datamodel/subject.class \
	datamodel/task.class \
	datamodel/templates \
	datamodel/tunnel.class \
	datamodel/usb_group.class \
	datamodel/user.class \
	datamodel/vbd.class \
	datamodel/vbd_metrics.class \
	datamodel/vdi.class \
	datamodel/vdi_nbd_server_info.class \
	datamodel/vgpu.class \
	datamodel/vgpu_type.class \
	datamodel/vif.class \
	datamodel/vif_metrics.class \
	datamodel/vlan.class \
	datamodel/vm.class \
	datamodel/vm_appliance.class \
	datamodel/vm_group.class \
	datamodel/vm_guest_metrics.class \
	datamodel/vm_metrics.class \
	datamodel/vmpp.class \
	datamodel/vmss.class \
	datamodel/vtpm.class \
	datamodel/vusb.class

datamodel_generator = \
	datamodel/gen/c_cli.py \
	datamodel/gen/c_dispatch.py \
	datamodel/gen/c_errors.py \
	datamodel/gen/c_header.py \
	datamodel/gen/c_pool.py \
	datamodel/gen/c_schema.py \
	datamodel/gen/c_tables.py \
	datamodel/gen/c_templates.py \
	datamodel/gen/check.py \
	datamodel/gen/cli_check.py \
	datamodel/gen/cli_reader.py \
	datamodel/gen/cnames.py \
	datamodel/gen/costs.py \
	datamodel/gen/generate.py \
	datamodel/gen/golden.py \
	datamodel/gen/implicit.py \
	datamodel/gen/model.py \
	datamodel/gen/openrpc.py \
	datamodel/gen/perfect_hash.py \
	datamodel/gen/reader.py \
	datamodel/gen/templates.py \
	datamodel/gen/reference.py \
	datamodel/gen/schema.py \
	datamodel/gen/values.py \
	datamodel/gen/xe_man.py

EXTRA_DIST += \
	$(datamodel_files) \
	$(datamodel_generator) \
	datamodel/gen/tests/fixture.py

datamodel_made = \
	gen/cli_words_gen.c \
	gen/dispatch_gen.c \
	gen/errors_gen.c \
	gen/errors_gen.h \
	gen/cli_runs_gen.h \
	gen/handlers_gen.h \
	gen/model_gen.c \
	gen/model_gen.h \
	gen/schema_gen.c \
	gen/schema_gen.h \
	gen/templates_gen.c \
	gen/templates_gen.h

# The half of the tables of xe that knows the daemon's functions.
datamodel_made_core = \
	gen/cli_table_gen.c

# For people and for programs that make clients.
datamodel_docs = \
	gen/openrpc.json \
	gen/reference.html \
	gen/xe.1

nodist_man_MANS = gen/xe.1
doc_DATA = gen/reference.html
pkgdata_DATA = gen/openrpc.json

# In a build folder the daemon looks for it beside itself: gen/ may be in the
# source folder.
noinst_DATA = xapid/openrpc.json
CLEANFILES += xapid/openrpc.json

xapid/openrpc.json: gen/openrpc.json
	$(AM_V_GEN)$(MKDIR_P) xapid && cp $< $@

BUILT_SOURCES += $(datamodel_made) $(datamodel_made_core)
nodist_libxapidmodel_a_SOURCES += $(datamodel_made)
nodist_libxapidcore_a_SOURCES += $(datamodel_made_core)

# A file whose content stays the same keeps its time, and nothing is compiled
# again because of it.
gen/stamp: $(datamodel_files) $(datamodel_generator) packaging/man/xe.1.in
	$(AM_V_GEN)test "$(PYTHON)" != : || \
	{ echo "the class files changed: this needs Python 3" >&2; exit 1; }; \
	rm -rf gen/new && $(MKDIR_P) gen/new && \
	$(PYTHON) -B $(srcdir)/datamodel/gen/generate.py --require-docs \
	    --out gen/new $(srcdir)/datamodel && \
	for f in $(datamodel_made) $(datamodel_made_core) \
	    $(datamodel_docs); do \
		n=gen/new/$${f#gen/}; \
		cmp -s $$n $$f || mv -f $$n $$f || exit 1; \
	done && rm -rf gen/new && touch $@

$(datamodel_made) $(datamodel_made_core) $(datamodel_docs): gen/stamp
	@test -f $@ || { rm -f gen/stamp; $(MAKE) $(AM_MAKEFLAGS) gen/stamp; }

clean-local-datamodel:
	if test -f gen/stamp && test ! -f gen/SHIPPED; then rm -rf gen; fi

# A tarball has the made files, newer than what they are made from, so that
# make finds them up to date in the source folder and needs no Python. None of
# them may be older than the stamp.
dist-hook-datamodel: $(datamodel_made) $(datamodel_made_core) $(datamodel_docs)
	$(MKDIR_P) $(distdir)/gen
	for f in $(datamodel_made) $(datamodel_made_core) \
	    $(datamodel_docs); do \
		if test -f $$f; then cp $$f $(distdir)/$$f; \
		else cp $(srcdir)/$$f $(distdir)/$$f; fi || exit 1; \
	done
	touch $(distdir)/gen/SHIPPED
	cd $(distdir)/gen && touch -r SHIPPED stamp *

# Takes additions to the interface, and the tables of a new schema version.
update-golden-datamodel:
	$(PYTHON) -B $(srcdir)/datamodel/gen/generate.py --update-golden \
	    --out gen/new $(srcdir)/datamodel && rm -rf gen/new

.PHONY: clean-local-datamodel dist-hook-datamodel update-golden-datamodel
