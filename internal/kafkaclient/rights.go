package kafkaclient

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/internal/config"
)

// adviseRights says what to do about a right that lacks, empty where none does.
func adviseRights(err error, k config.Kafka) string {
	for _, of := range []struct {
		err  error
		what string
	}{
		{kerr.TopicAuthorizationFailed, "a right on that topic (Read, Write or Describe)"},
		{kerr.GroupAuthorizationFailed, "the right Read on its consumer group, which is --kafka-prefix and the role"},
		{kerr.TransactionalIDAuthorizationFailed, "the right Write on its transactional ids, which begin with --kafka-prefix, the role and a dash"},
		{kerr.ClusterAuthorizationFailed, "a right on the cluster (Alter, to give rights to others)"},
	} {
		if errors.Is(err, of.err) {
			return fmt.Sprintf("%s lacks %s: `waybill topics acls` prints and gives what each role needs", who(k), of.what)
		}
	}
	return ""
}

// who is logged in.
func who(k config.Kafka) string {
	if k.User == "" {
		return "this client"
	}
	return fmt.Sprintf("user %q", k.User)
}
