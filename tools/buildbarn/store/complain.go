package store

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/blobstore/buffer"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A disk that is full fails each of a build's many uploads; one in this time is told.
const complaintInterval = 10 * time.Second

// complaining logs why blobs could not be written. Clients are told as well, but Bazel shows
// its user only that an upload failed.
type complaining struct {
	blobstore.BlobAccess
	clock clock.Clock

	mutex sync.Mutex
	last  time.Time
}

func (c *complaining) Put(ctx context.Context, digest digest.Digest, b buffer.Buffer) error {
	err := c.BlobAccess.Put(ctx, digest, b)
	switch status.Code(err) {
	case codes.OK, codes.Canceled, codes.DeadlineExceeded, codes.InvalidArgument:
		// The last is what the client did wrong.
		return err
	}
	if c.due() {
		slog.Error("the store cannot keep what is uploaded", "error", err)
	}
	return err
}

func (c *complaining) due() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.clock.Now()
	if now.Sub(c.last) < complaintInterval {
		return false
	}
	c.last = now
	return true
}
