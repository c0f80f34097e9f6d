# imgpipe: no configure step. Targets: all demo test lint bench stress fuzz install uninstall clean.
# Variables: CC CFLAGS PREFIX DESTDIR SANITIZE=address|undefined|thread WERROR=1 BUILD

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CFLAGS  ?= -O2 -g
SANITIZE ?=
WERROR  ?=

VERSION := 0.1.0

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wwrite-strings -Wcast-align -Wformat=2 -Wundef \
	-Wpointer-arith -Wswitch-enum -Wno-unknown-warning-option
ifneq ($(WERROR),)
WARNINGS += -Werror
endif

# No contraction: a fused multiply-add on one machine and not on another would give other bits.
COMMON := -std=c11 -D_GNU_SOURCE -DIMGPIPE_VERSION='"$(VERSION)"' -Iinclude $(WARNINGS) \
	-ffp-contract=off -fno-math-errno -fno-trapping-math -pthread -MMD -MP
ifneq ($(SANITIZE),)
BUILD := build/$(subst $(empty) ,-,$(subst $(comma),-,$(SANITIZE)))
COMMON += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -DIMGPIPE_SANITIZED
LDFLAGS += -fsanitize=$(SANITIZE)
endif
comma := ,

PKGS      := libtiff-4 jansson expat
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
LIBS       = $(shell pkg-config --libs $(PKGS)) -lm -ldl -pthread
GDAL_CFLAGS = $(shell pkg-config --cflags gdal)
GDAL_LIBS   = $(shell pkg-config --libs gdal)

# The GDAL reader is a module of its own, loaded when something needs it; see include/reader.h.
MODULE_SRC := $(wildcard stages/read_gdal*.c)
SRC := $(filter-out $(MODULE_SRC),$(wildcard pipeline/*.c stages/*.c))
OBJ := $(SRC:%.c=$(BUILD)/obj/%.o)
LIB_OBJ := $(filter-out $(BUILD)/obj/pipeline/main.o,$(OBJ))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)

all: $(BUILD)/imgpipe $(BUILD)/imgpipe-gdal.so $(BUILD)/make_scene

$(BUILD)/imgpipe: $(OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LIBS)

$(BUILD)/imgpipe-gdal.so: $(MODULE_SRC:%.c=$(BUILD)/obj/%.o)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ $(GDAL_LIBS)

$(BUILD)/make_scene: $(BUILD)/obj/samples/make_scene.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(MODULE_SRC:%.c=$(BUILD)/obj/%.o): COMMON += -fPIC -fvisibility=hidden $(GDAL_CFLAGS)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(PKG_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LIB_OBJ) Makefile
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $< $(LIB_OBJ) $(LIBS) -lcmocka

-include $(OBJ:.o=.d) $(MODULE_SRC:%.c=$(BUILD)/obj/%.d) $(BUILD)/obj/samples/make_scene.d

clean:
	rm -rf build

.PHONY: all clean
