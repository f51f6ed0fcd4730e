package bep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Read reads a stream to its end. A stream that stops in the middle, as that of
// a killed Bazel does, is no error: the build is then not Complete.
func Read(r io.Reader) (Build, error) {
	c := newCollector()
	decoder := json.NewDecoder(r)
	for number := 1; ; number++ {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return c.build(), nil
		}
		if err != nil {
			return c.build(), fmt.Errorf("event %d: %w", number, err)
		}
		c.add(e)
	}
}

// event is a build event: what it is about, which events it announces, and one
// payload. Bazel writes 64-bit integers as strings.
type event struct {
	ID       eventID   `json:"id"`
	Children []eventID `json:"children"`
	Last     bool      `json:"lastMessage"`

	Aborted *struct {
		Reason      string `json:"reason"`
		Description string `json:"description"`
	} `json:"aborted"`
	Started *struct {
		Time   string `json:"startTime"`
		Millis int64  `json:"startTimeMillis,string"`
	} `json:"started"`
	Finished *struct {
		Time   string `json:"finishTime"`
		Millis int64  `json:"finishTimeMillis,string"`
	} `json:"finished"`
	Completed *struct {
		Success       bool `json:"success"`
		FailureDetail struct {
			Message string `json:"message"`
		} `json:"failureDetail"`
	} `json:"completed"`
	TestResult *testResult `json:"testResult"`
}

// eventID holds the kinds of ids that a test or a problem can have; the others
// leave all fields nil.
type eventID struct {
	Pattern *struct {
		Pattern []string `json:"pattern"`
	} `json:"pattern"`
	UnconfiguredLabel *labelID `json:"unconfiguredLabel"`
	TargetConfigured  *labelID `json:"targetConfigured"`
	TargetCompleted   *labelID `json:"targetCompleted"`
	TestResult        *shardID `json:"testResult"`
}

type labelID struct {
	Label string `json:"label"`
}

type shardID struct {
	Label   string `json:"label"`
	Run     int    `json:"run"`
	Shard   int    `json:"shard"`
	Attempt int    `json:"attempt"`
}

type testResult struct {
	Status        Status `json:"status"`
	CachedLocally bool   `json:"cachedLocally"`
	// Took is a protobuf Duration in JSON, such as "1.250s"; Millis is its deprecated
	// twin, which Bazel 7 has, too.
	Took          string `json:"testAttemptDuration"`
	Millis        int64  `json:"testAttemptDurationMillis,string"`
	ExecutionInfo struct {
		CachedRemotely bool   `json:"cachedRemotely"`
		Strategy       string `json:"strategy"`
	} `json:"executionInfo"`
	Outputs []struct {
		Name string `json:"name"`
		URI  string `json:"uri"`
	} `json:"testActionOutput"`
}

func (r testResult) attempt(number int) Attempt {
	a := Attempt{
		Number:   number,
		Status:   r.Status,
		Duration: r.duration(),
		Strategy: r.ExecutionInfo.Strategy,
	}
	switch {
	case r.CachedLocally:
		a.Cache = CachedLocally
	case r.ExecutionInfo.CachedRemotely:
		a.Cache = CachedRemotely
	}
	for _, output := range r.Outputs {
		switch output.Name {
		case "test.log":
			a.Log = output.URI
		case "test.xml":
			a.XML = output.URI
		}
	}
	return a
}

// moment is a point in time as an event has it: a timestamp, or its deprecated twin, the
// milliseconds since 1970. It is the zero time if there is neither.
func moment(timestamp string, millis int64) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, timestamp); err == nil {
		return t
	}
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}

func (r testResult) duration() time.Duration {
	if took, err := time.ParseDuration(r.Took); err == nil {
		return took
	}
	return time.Duration(r.Millis) * time.Millisecond
}

// subject is what an id is about, for a problem: empty for the ids of events
// that are reported in another way, or of no interest.
func (id eventID) subject() string {
	switch {
	case id.Pattern != nil && len(id.Pattern.Pattern) > 0:
		return id.Pattern.Pattern[0]
	case id.UnconfiguredLabel != nil:
		return id.UnconfiguredLabel.Label
	case id.TargetConfigured != nil:
		return id.TargetConfigured.Label
	case id.TargetCompleted != nil:
		return id.TargetCompleted.Label
	}
	return ""
}
