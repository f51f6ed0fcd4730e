package store

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/blobstore/buffer"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// failing is a store that cannot write.
type failing struct {
	blobstore.BlobAccess
	err error
}

func (f failing) Put(context.Context, digest.Digest, buffer.Buffer) error { return f.err }

func TestComplaints(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, test := range []struct {
		code codes.Code
		want int
	}{
		{codes.Internal, 1},
		{codes.InvalidArgument, 0},
		{codes.Canceled, 0},
	} {
		log.Reset()
		full := status.Error(test.code, "no space left on device")
		access := &complaining{BlobAccess: failing{err: full}, clock: clock.SystemClock}
		for range 3 {
			if err := access.Put(t.Context(), digest.BadDigest, nil); err != full {
				t.Errorf("%v: Put returns %v, want %v", test.code, err, full)
			}
		}
		if got := strings.Count(log.String(), "no space left on device"); got != test.want {
			t.Errorf("%v: told %d times, want %d:\n%s", test.code, got, test.want, log.String())
		}
	}
}
