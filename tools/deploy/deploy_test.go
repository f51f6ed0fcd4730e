package deploy

import (
	_ "github.com/buildbarn/bb-remote-execution/pkg/scheduler/routing"
	_ "github.com/buildbarn/bb-remote-execution/pkg/builder"
	_ "github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_runner"
	_ "github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	_ "github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_worker"
	_ "github.com/buildbarn/bb-storage/pkg/auth/configuration"
	_ "github.com/buildbarn/bb-storage/pkg/blobstore/configuration"
	_ "github.com/buildbarn/bb-storage/pkg/global"
	_ "github.com/buildbarn/bb-storage/pkg/grpc"
	_ "github.com/buildbarn/bb-storage/pkg/proto/configuration/bb_storage"
	_ "github.com/compose-spec/compose-go/v2/loader"
	_ "github.com/prometheus/prometheus/model/rulefmt"
	_ "github.com/prometheus/prometheus/promql/promqltest"
	_ "k8s.io/api/apps/v1"
	_ "k8s.io/api/networking/v1"
	_ "k8s.io/api/policy/v1"
	_ "sigs.k8s.io/kustomize/api/krusty"
)
