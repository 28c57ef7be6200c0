// Names the program built from this module, so that `go mod tidy` keeps what it needs.

//go:build tools

package tools

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
)
