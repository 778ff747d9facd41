{{- define "hub.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "hub.selector" -}}
app.kubernetes.io/name: reuse-surface
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hub.labels" -}}
{{ include "hub.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The image of a host: `serve` or `spin`. Jobs run the binary, whatever the hub runs in. */}}
{{- define "hub.image" -}}
{{- $image := .root.Values.image -}}
{{- if and $image.digest (eq .host .root.Values.host) -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{- $tag := default .root.Chart.AppVersion $image.tag -}}
{{ $image.repository }}:{{ $tag }}{{ if eq .host "spin" }}-spin{{ end }}
{{- end -}}
{{- end }}

{{- define "hub.publicUrl" -}}
{{- default (printf "https://%s" .Values.ingress.host) .Values.publicUrl -}}
{{- end }}

{{/* Paths that a mirror answers as the hub does, and that take no writes: exact paths, prefixes, and paths to which reads are
posted. */}}
{{- define "hub.mirrored" -}}
exact: [/v1/federated, /v1/federated/manifest, /v1/federated/revisions, /v1/changes, /v1/changes.atom, /v1/changes/stream]
prefix: [/v1/capabilities, /v1/indexes, /capabilities, /agents, /v0.1]
posted: [/mcp, /mcp/, /search]
{{- end }}

{{/* Traefik's rule for the paths to which reads are posted. Not /v1/check: it may fetch, and its body may be large. */}}
{{- define "hub.postedRule" -}}
{{- $rules := list -}}
{{- range (include "hub.mirrored" . | fromYaml).posted }}{{ $rules = append $rules (printf "Path(`%s`)" .) }}{{ end -}}
({{ join " || " $rules }})
{{- end }}

{{/* Spreads the pods of these components over zones and nodes. */}}
{{- define "hub.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "hub.selector" $.root | nindent 8 }}
      matchExpressions:
        - {key: app.kubernetes.io/component, operator: In, values: {{ $.components | toJson }}}
  {{- end }}
{{- end }}

{{/* The CloudNativePG cluster that the chart creates. */}}
{{- define "hub.databaseCluster" -}}
{{ include "hub.name" . | trunc 41 | trimSuffix "-" }}-database
{{- end }}

{{/* The Secret with the URL of PostgreSQL; empty: SQLite on a volume. */}}
{{- define "hub.databaseSecret" -}}
{{- if .Values.database.urlSecret.name -}}
{{ .Values.database.urlSecret.name }}
{{- else if .Values.database.cluster.enabled -}}
{{ include "hub.databaseCluster" . }}-app
{{- end -}}
{{- end }}

{{/* What Spin may connect to. Spin compares the host as text, and the Secret of CloudNativePG names it with the namespace. */}}
{{- define "hub.databaseHost" -}}
{{- if .Values.database.cluster.enabled -}}
postgres://{{ include "hub.databaseCluster" . }}-rw.{{ .Release.Namespace }}:5432
{{- else -}}
{{ required "with host=spin, database.host names the server of database.urlSecret, as in postgres://db.example.org:5432" .Values.database.host }}
{{- end -}}
{{- end }}

{{/* The environment variables of a hub on PostgreSQL. */}}
{{- define "hub.database" -}}
{{- $values := .root.Values.database -}}
{{- $ca := $values.caSecret.name -}}
{{- if and $values.cluster.enabled (not $ca) -}}
{{- $ca = printf "%s-ca" (include "hub.databaseCluster" .root) -}}
{{- end -}}
- name: {{ .prefix }}DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "hub.databaseSecret" .root }}
      key: {{ $values.urlSecret.key }}
{{- with $ca }}
- name: {{ $.prefix }}DATABASE_CA
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $values.caSecret.key }}
{{- end }}
{{- end }}

{{/* The environment variable with the private key of the transparency log. */}}
{{- define "hub.logKey" -}}
{{- with .root.Values.logKeySecret -}}
- name: {{ $.prefix }}LOG_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .key }}
{{- end }}
{{- end }}

{{/* The egress rule for the database. */}}
{{- define "hub.databaseEgress" -}}
{{- if include "hub.databaseSecret" . -}}
- ports:
    - {port: {{ .Values.database.port }}, protocol: TCP}
  to:
    {{- if .Values.database.cluster.enabled }}
    - podSelector:
        matchLabels:
          cnpg.io/cluster: {{ include "hub.databaseCluster" . }}
    {{- else if .Values.networkPolicy.database }}
    {{- toYaml .Values.networkPolicy.database | nindent 4 }}
    {{- else }}
    {{- fail "with database.urlSecret, networkPolicy.database has to say where the database is" }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "hub.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "hub.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "hub.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* What every pod has besides its containers and volumes. */}}
{{- define "hub.pod" -}}
serviceAccountName: {{ include "hub.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "hub.podSecurity" . | nindent 2 }}
{{- include "hub.pullSecrets" . }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
