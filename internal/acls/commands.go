package acls

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Commands gives the calls of kafka-acls.sh that give a principal (User:x) the
// rights, one for each set of resources that the same is allowed on.
func Commands(rights []Right, principal string) []string {
	type called struct{ resource, prefixed, operation string }
	var order []called
	names := make(map[called][]string)
	for _, r := range rights {
		of := called{r.Resource, "literal", r.Operation}
		if r.Prefixed {
			of.prefixed = "prefixed"
		}
		if !slices.Contains(order, of) {
			order = append(order, of)
		}
		names[of] = append(names[of], r.Name)
	}
	commands := make([]string, 0, len(order))
	for _, of := range order {
		var line strings.Builder
		fmt.Fprintf(&line, "kafka-acls.sh --bootstrap-server \"$BROKERS\" --command-config \"$ADMIN\" --add --allow-principal %s --operation %s", quote(principal), of.operation)
		if of.prefixed == "prefixed" {
			line.WriteString(" --resource-pattern-type prefixed")
		}
		for _, name := range names[of] {
			fmt.Fprintf(&line, " --%s %s", of.resource, quote(name))
		}
		commands = append(commands, line.String())
	}
	return commands
}

// quote writes an argument for a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// Grant gives a principal (User:x) the rights, from any host. What it has already
// stays.
func Grant(ctx context.Context, client *kgo.Client, rights []Right, principal string) error {
	request := kmsg.NewPtrCreateACLsRequest()
	for _, r := range rights {
		request.Creations = append(request.Creations, kmsg.CreateACLsRequestCreation{
			ResourceType: r.resourceType(), ResourceName: r.Name, ResourcePatternType: r.pattern(),
			Principal: principal, Host: "*", Operation: r.operation(), PermissionType: kmsg.ACLPermissionTypeAllow,
		})
	}
	answer, err := request.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("giving %s its rights: %w", principal, err)
	}
	if len(answer.Results) != len(rights) {
		return fmt.Errorf("giving %s its rights: the broker answers for %d of %d", principal, len(answer.Results), len(rights))
	}
	for i, r := range rights {
		result := answer.Results[i]
		if err := kerr.ErrorForCode(result.ErrorCode); err != nil {
			return fmt.Errorf("giving %s the right %s: %w: %s", principal, r, err, deref(result.ErrorMessage))
		}
	}
	return nil
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// operation is the operation by the protocol's number.
func (r Right) operation() kmsg.ACLOperation {
	operation, err := kmsg.ParseACLOperation(r.Operation)
	if err != nil {
		return kmsg.ACLOperationUnknown // a broker refuses it by name
	}
	return operation
}

func (r Right) pattern() kmsg.ACLResourcePatternType {
	if r.Prefixed {
		return kmsg.ACLResourcePatternTypePrefixed
	}
	return kmsg.ACLResourcePatternTypeLiteral
}
