set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wundef -Wvla
    -Wwrite-strings -Wnull-dereference -Wimplicit-fallthrough)

# Clang sees a promotion in every NAN, which is a float there.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wdouble-promotion)
endif()

if(SPINDLED_WERROR)
    add_compile_options(-Werror)
endif()
if(SPINDLED_SANITIZE)
    add_compile_options(-fsanitize=${SPINDLED_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${SPINDLED_SANITIZE})
endif()
if(SPINDLED_COVERAGE)
    add_compile_options(-O0 --coverage)
    add_link_options(--coverage)
endif()
if(SPINDLED_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined)
    add_link_options(-fsanitize=address,undefined)
endif()
