// Package rolestest gives tests a deployment: a Kafka with every topic under a
// prefix of its own, and the roles that a test asks for.
//
// A test package that asks for it declares the TestMain that embeddedtest
// describes. It may import internal/roles, internal/topics, internal/config,
// internal/endpointclient, internal/vault and internal/embedded/embeddedtest.
//
// Start reading at New, then Deployment.Run.
package rolestest
