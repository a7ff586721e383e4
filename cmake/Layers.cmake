# layer(NAME LINKS a b c): one static library from every .c file below this folder.
#
# What it links is what it may use: a uv_now() in analytics does not link. The files are
# found, not listed, so that a new driver is one folder and one line in registry.c;
# tools/check-layers holds the arrows between folders as text.
function(layer name)
    cmake_parse_arguments(LAYER "" "" "LINKS" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    if(NOT sources)
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE ${LAYER_LINKS})
        return()
    endif()
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${LAYER_LINKS})
endfunction()

# program(NAME LINKS a b c): one executable from every .c file of this folder.
function(program name)
    cmake_parse_arguments(PROGRAM "" "" "LINKS" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    if(NOT sources)
        return()
    endif()
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_definitions(${name} PRIVATE SPINDLED_VERSION="${PROJECT_VERSION}")
    target_link_libraries(${name} PRIVATE ${PROGRAM_LINKS})
    install(TARGETS ${name})
endfunction()
