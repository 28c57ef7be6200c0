# Language level, warnings, sanitizers, and the two functions every room is declared with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(FRESHET_TESTS "Build the tests and benchmarks" ON)
option(FRESHET_FUZZ "Build the fuzz targets; needs clang" OFF)
option(FRESHET_RELAPSE "Build with the mistakes of base/relapse.h, for simulate --detection" OFF)
set(FRESHET_SANITIZE "" CACHE STRING "Value for -fsanitize, empty for none")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With paths relative to the build, the test preset takes from the cache what release compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${CCACHE})
endif()

# Headers are most of a compilation, so the release, test and sanitizer presets compile the sources
# of a room in batches (unity builds): less than half the time (November 2026, g++ 12, 2 cores).
# Names in unnamed namespaces must therefore differ within a room; the dev preset compiles each file
# alone. Precompiled headers were measured too: a third less a file at best, some files slower.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)

add_library(freshet_options INTERFACE)
target_compile_options(freshet_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# Optimizing, g++ 12 warns of overlapping copies inside std::string (GCC bug 105651).
target_compile_options(freshet_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
target_compile_definitions(freshet_options INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(freshet_options INTERFACE ${PROJECT_SOURCE_DIR})
if(FRESHET_RELAPSE)
  target_compile_definitions(freshet_options INTERFACE FRESHET_RELAPSE)
endif()
if(FRESHET_SANITIZE)
  # Instrumented code makes g++ 12 see uninitialized values inside the standard library.
  target_compile_options(freshet_options INTERFACE
    -fsanitize=${FRESHET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(freshet_options INTERFACE -fsanitize=${FRESHET_SANITIZE})
endif()

# freshet_library(NAME SOURCES a.cc … LINK other rooms and packages …)
function(freshet_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(freshet_${name} STATIC ${ARG_SOURCES})
  add_library(freshet::${name} ALIAS freshet_${name})
  target_link_libraries(freshet_${name} PUBLIC freshet_options ${ARG_LINK})
endfunction()

# freshet_test(NAME SOURCES a_test.cc … LINK … [LABEL unit])
function(freshet_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set(limit 300)
  if(FRESHET_SANITIZE)  # whole simulations under TSan take more than ten times as long
    set(limit 1500)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${limit})
endfunction()
