# imgpipe: no configure step. Targets: all demo workshop test lint bench bench-cold bench-deps
# bench-maps bench-scaling stress mutants fuzz install uninstall clean.
# Variables: CC CFLAGS PREFIX DESTDIR SANITIZE=address|undefined|thread WERROR=1 BUILD

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CFLAGS  ?= -O3 -g
SANITIZE ?=
WERROR  ?=

VERSION := 0.1.0
comma   := ,

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wwrite-strings -Wcast-align -Wformat=2 -Wundef \
	-Wpointer-arith -Wswitch-enum
# clang tells where it does not vectorise `omp simd`; that is no fault of the code.
ifneq ($(findstring clang,$(CC)),)
WARNINGS += -Wno-pass-failed
endif
ifneq ($(WERROR),)
WARNINGS += -Werror
endif

# No contraction: a fused multiply-add on one machine and not on another would give other bits.
COMMON := -std=c11 -D_GNU_SOURCE -DIMGPIPE_VERSION='"$(VERSION)"' -Iinclude -Ipipeline -Istages $(WARNINGS) \
	-ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp-simd -pthread -MMD -MP
ifneq ($(SANITIZE),)
BUILD := build/$(subst $(comma),-,$(SANITIZE))
COMMON += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -DIMGPIPE_SANITIZED
LDFLAGS += -fsanitize=$(SANITIZE)
endif

PKGS      := libtiff-4 libdeflate libzstd zlib liblzma jansson expat libpng sqlite3
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS       := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -ldl -pthread
# libtiff is loaded when a file needs it, by the name that linkers write down (stages/tiff/libtiff.h).
LIBTIFF    := $(shell objdump -p "$$($(CC) $$(pkg-config --libs-only-L libtiff-4) -print-file-name=libtiff.so)" 2>/dev/null | awk '$$1 == "SONAME" {print $$2}')
COMMON     += -DIMGPIPE_LIBTIFF='"$(or $(LIBTIFF),libtiff.so.6)"'
GDAL_CFLAGS = $(shell pkg-config --cflags gdal 2>/dev/null)
GDAL_LIBS   = $(shell pkg-config --libs gdal 2>/dev/null)

# The GDAL reader is a module of its own, loaded when something needs it; see stages/reader/reader.h.
MODULE_SRC := $(wildcard stages/gdal/*.c)
# So are the MPI modules, one for each MPI library that is installed, from the same sources.
MPI_SRC := $(wildcard pipeline/mpi/module/*.c)
MPIS := $(foreach mpi,openmpi mpich,$(if $(shell command -v mpicc.$(mpi) 2>/dev/null),$(mpi)))
# And OpenMP's, where the compiler has it: its library is looked for at every start otherwise.
OPENMP_SRC := pipeline/executors/openmp_team.c
OPENMP := $(shell echo 'int main(void){return 0;}' | $(CC) -fopenmp -include omp.h -x c - -o /dev/null 2>/dev/null && echo -fopenmp)
SRC := $(filter-out $(MODULE_SRC) $(MPI_SRC) $(OPENMP_SRC),$(wildcard pipeline/*.c pipeline/*/*.c stages/*/*.c))
OBJ := $(SRC:%.c=$(BUILD)/obj/%.o)
SAMPLES_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard samples/*.c))
LIB_OBJ := $(filter-out $(BUILD)/obj/pipeline/main.o,$(OBJ))
UNIT_SRC := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN := $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(UNIT_SRC)))

# Say what is made, not how; V=1 shows the commands.
ifeq ($(V),)
QUIET = @echo "  $(1)  $@";
endif

MPI_MODULES := $(MPIS:%=$(BUILD)/imgpipe-mpi-%.so)
OPENMP_MODULE := $(OPENMP:-f%=$(BUILD)/imgpipe-%.so)
MODULES := $(BUILD)/imgpipe-gdal.so $(MPI_MODULES) $(OPENMP_MODULE)

all: $(BUILD)/imgpipe $(MODULES) $(BUILD)/make_scene

$(BUILD)/imgpipe: $(OBJ)
	$(call QUIET,LD)$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(filter-out -ltiff,$(LIBS))

$(BUILD)/imgpipe-gdal.so: $(MODULE_SRC:%.c=$(BUILD)/obj/%.o)
	$(call QUIET,LD)$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ $(GDAL_LIBS)

$(BUILD)/imgpipe-openmp.so: $(OPENMP_SRC:%.c=$(BUILD)/obj/%.o)
	$(call QUIET,LD)$(CC) $(CFLAGS) $(LDFLAGS) $(OPENMP) -shared -o $@ $^

# $(1): openmpi or mpich; its compiler wrapper knows where its header and library are.
define MPI_RULES
$(BUILD)/imgpipe-mpi-$(1).so: $(MPI_SRC:%.c=$(BUILD)/obj-$(1)/%.o)
	$$(call QUIET,LD)OMPI_CC="$(CC)" MPICH_CC="$(CC)" mpicc.$(1) $$(CFLAGS) $$(LDFLAGS) -shared -o $$@ $$^

$(BUILD)/obj-$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	$$(call QUIET,CC)OMPI_CC="$(CC)" MPICH_CC="$(CC)" mpicc.$(1) $$(COMMON) $$(CFLAGS) -fPIC -fvisibility=hidden -c -o $$@ $$<
endef
$(foreach mpi,$(MPIS),$(eval $(call MPI_RULES,$(mpi))))

$(BUILD)/make_scene: $(SAMPLES_OBJ) $(BUILD)/obj/pipeline/base/error.o $(BUILD)/obj/pipeline/base/printable.o \
		$(BUILD)/obj/pipeline/base/descriptors.o $(BUILD)/obj/pipeline/base/redact.o
	$(call QUIET,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Partial results record it.
$(BUILD)/obj/stages/report/partial_head.o: COMMON += -DIMGPIPE_GDAL_VERSION='"$(shell pkg-config --modversion gdal 2>/dev/null)"'

$(MODULE_SRC:%.c=$(BUILD)/obj/%.o): COMMON += -fPIC -fvisibility=hidden $(GDAL_CFLAGS)

# Loops of one operation are short: half of their time is counting.
$(BUILD)/obj/stages/formula/ops.o: COMMON += -funroll-loops

$(OPENMP_SRC:%.c=$(BUILD)/obj/%.o): COMMON += $(OPENMP) -fPIC -fvisibility=hidden

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call QUIET,CC)$(CC) $(COMMON) $(PKG_CFLAGS) $(CFLAGS) -c -o $@ $<

vpath test_%.c $(wildcard tests/unit/*)
LINK_TEST = $(call QUIET,LD)$(CC) $(COMMON) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $< $(1) $(LIBS) -lcmocka
$(BUILD)/tests/%: %.c $(LIB_OBJ) Makefile
	@mkdir -p $(@D)
	$(call LINK_TEST,$(LIB_OBJ))

# Run and executors do without teach/: their test is linked with everything else. From an archive:
# what is not needed, and the commands, which hang teaching on a run, are left out.
$(BUILD)/without-teach.a: $(filter-out $(BUILD)/obj/pipeline/teach/%,$(LIB_OBJ))
	@rm -f $@
	$(call QUIET,AR)ar rcs $@ $^
$(BUILD)/tests/test_run: test_run.c $(BUILD)/without-teach.a Makefile
	@mkdir -p $(@D)
	$(call LINK_TEST,$(BUILD)/without-teach.a)

.DELETE_ON_ERROR:

-include $(OBJ:.o=.d) $(patsubst %.c,$(BUILD)/obj/%.d,$(MODULE_SRC) $(OPENMP_SRC))
-include $(foreach mpi,$(MPIS),$(MPI_SRC:%.c=$(BUILD)/obj-$(mpi)/%.d))
-include $(SAMPLES_OBJ:.o=.d)

# --- habits -------------------------------------------------------------------------------------

DEMO := build/demo

# Install what is missing, build, make sample scenes, run the main job on them.
demo:
	.ci/install-deps build
	$(MAKE) -j2 all
	samples/demo.sh $(BUILD) $(DEMO)

# What a session with learners needs: samples/workshop/README.md.
workshop:
	.ci/install-deps build
	$(MAKE) -j2 all
	samples/workshop/setup.sh $(BUILD) build/workshop

# Install what tests need, build, run them all.
test:
	.ci/install-deps test
	$(MAKE) -j2 all $(UNIT_BIN)
	BUILD=$(BUILD) tests/run --quick

# The same suite without its short cuts, and under the sanitizers.
stress:
	.ci/install-deps test
	$(MAKE) -j2 all $(UNIT_BIN)
	BUILD=$(BUILD) tests/run
	BUILD=$(BUILD) tests/stress.sh
	tests/sanitize.sh

# Includes what objects use of each other, so they are built first.
lint:
	.ci/install-deps lint
	$(MAKE) -j2 all
	BUILD=$(BUILD) tests/lint

# Small changes of the program, each run against the tests that are there for its file; prints those
# that no test notices. In changed files, or FILES="..."; N, SEED, REV, MINUTES: tests/mutants.py.
mutants:
	.ci/install-deps test
	tests/mutants.py N="$(N)" SEED="$(SEED)" REV="$(REV)" FILES="$(FILES)" LIST="$(LIST)" \
		MINUTES="$(MINUTES)" SLOW="$(SLOW)" ONLY="$(ONLY)"

fuzz:
	.ci/install-deps lint
	tests/fuzz/run.sh

# Time and memory beside the decode floor and every peer that is installed: NDVI on eight layouts of
# one generated scene (4.5 GB in build/bench), other indices and several at once on two of them.
bench:
	.ci/install-deps test
	$(MAKE) -j2 all
	tests/bench/bench.sh $(BUILD)

# Install the peers that Debian has and the bench knows.
bench-deps:
	.ci/install-deps bench

# A file that is not in the page cache, with and without reading ahead, beside peers.
bench-cold:
	.ci/install-deps test
	$(MAKE) -j2 all
	tests/bench/cold.sh $(BUILD)

# Maps beside statistics alone, codecs alone and peers that write them; SIZE= pixels a side, ROUNDS=.
bench-maps:
	.ci/install-deps test
	$(MAKE) -j2 all
	tests/bench/maps.sh $(BUILD) $(or $(ROUNDS),3) $(or $(SIZE),10980)

# CPU seconds and wall time by number of workers; with more workers than cores simulated, from costs
# measured in the same run (2.8 GB in build/bench, those of `bench`).
bench-scaling:
	.ci/install-deps test
	$(MAKE) -j2 all
	tests/bench/scaling.sh $(BUILD)
	tests/bench/stalls.sh $(BUILD)
	tests/bench/many_cores.py $(BUILD) build/bench/10980

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/imgpipe \
		$(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install $(BUILD)/imgpipe $(DESTDIR)$(PREFIX)/bin/imgpipe
	install -m 644 $(MODULES) $(DESTDIR)$(PREFIX)/lib/imgpipe
	$(BUILD)/imgpipe --man >$(DESTDIR)$(PREFIX)/share/man/man1/imgpipe.1
	$(BUILD)/imgpipe --completion=bash \
		>$(DESTDIR)$(PREFIX)/share/bash-completion/completions/imgpipe
	$(BUILD)/imgpipe --completion=zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_imgpipe
	$(BUILD)/imgpipe --completion=fish \
		>$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/imgpipe.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/imgpipe $(DESTDIR)$(PREFIX)/lib/imgpipe/imgpipe-*.so \
		$(DESTDIR)$(PREFIX)/share/man/man1/imgpipe.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/imgpipe \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_imgpipe \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/imgpipe.fish
	-rmdir $(DESTDIR)$(PREFIX)/lib/imgpipe

help:
	@sed -n '1,3p' Makefile

clean:
	rm -rf build

.PHONY: help all demo workshop test stress lint mutants fuzz bench bench-cold bench-deps bench-maps bench-scaling install uninstall clean
