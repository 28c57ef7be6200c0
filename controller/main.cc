// The program.
#include "controller/cli/cli.h"

int main(int argc, char** argv) {
  freshet::Terminal terminal = freshet::standard_terminal();
  return freshet::run_cli(argc, argv, terminal);
}
