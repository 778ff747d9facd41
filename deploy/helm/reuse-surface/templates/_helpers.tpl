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

{{/* What a mirror answers as the hub does, and nobody writes to: paths as a whole, paths with all below them, and paths to
which reads are posted. */}}
{{- define "hub.mirrored" -}}
exact: [/v1/federated, /v1/federated/manifest, /v1/federated/revisions, /v1/changes, /v1/changes.atom, /v1/changes/stream]
prefix: [/v1/capabilities, /v1/indexes, /capabilities, /agents, /v0.1]
posted: [/mcp, /search]
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

{{/* What every pod has beside its containers and volumes. */}}
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
