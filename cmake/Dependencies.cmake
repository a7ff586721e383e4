# Every library is Debian 12's own; `tools/install-dependencies` lists the packages.
find_package(PkgConfig REQUIRED)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(MODBUS REQUIRED IMPORTED_TARGET libmodbus)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
# Debian 12's security update of expat defers reparsing and has the call that turns this off;
# the release as first published has neither.
include(CheckSymbolExists)
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::EXPAT)
check_symbol_exists(XML_SetReparseDeferralEnabled expat.h EXPAT_DEFERS_REPARSING)
unset(CMAKE_REQUIRED_LIBRARIES)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
find_program(PROTOC_C protoc-c REQUIRED)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
if(BUILD_TESTING)
    pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

# Debian's paho has no pkg-config file, and its CMake package does not find OpenSSL.
find_library(PAHO_LIBRARY paho-mqtt3as REQUIRED)
add_library(paho INTERFACE)
target_link_libraries(paho INTERFACE ${PAHO_LIBRARY})
