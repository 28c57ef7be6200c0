// Names the programs built from this module, so that `go mod tidy` keeps what they need.

//go:build tools

package tools

import (
	_ "knative.dev/serving/cmd/controller"
	_ "knative.dev/serving/cmd/webhook"
)
