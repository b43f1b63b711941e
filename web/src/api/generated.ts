// Generated from the service's OpenAPI document. Do not edit; write it again with
//   rextrack schema --api > openapi.json && npm run types -- openapi.json

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @enum {string} */
        AuthMethod: "none" | "token";
        /** @enum {string} */
        Axis: "x" | "y" | "w" | "h" | "vx" | "vy" | "id" | "generation" | "state" | "class" | "score" | "age" | "life" | "speed" | "presence";
        CameraConfig: {
            ca_file: string | null;
            classes_filter: components["schemas"]["ClassRef"][];
            enabled: boolean;
            every_frame: boolean;
            id: string;
            loop: boolean;
            max_fps: number;
            name: string;
            override: {
                address_prefix?: string;
                axes?: [
                    components["schemas"]["Axis"],
                    ...components["schemas"]["Axis"][]
                ];
                channel_format?: string;
                classes?: components["schemas"]["ClassRef"][];
                confidence?: number;
                format?: components["schemas"]["OscFormat"];
                host?: string;
                iou?: number;
                model?: string;
                object_persistence_ms?: number;
                objects_max?: number;
                period_frames?: number;
                port?: number;
                /** @enum {string} */
                tracker?: "bytetrack";
                tracker_options?: {
                    duplicate_iou?: number;
                    low_score?: number;
                };
            };
            roi: [
                number,
                number,
                number,
                number
            ] | null;
            rtsp_transport: components["schemas"]["RtspTransport"];
            show_preview: boolean;
            sinks: components["schemas"]["SinkConfig"][];
            stream: string;
        };
        CameraCounts: {
            enabled: number;
            failed: number;
            live: number;
            total: number;
        };
        CameraEvent: {
            class: string | null;
            count: number;
            generation: number | null;
            kind: components["schemas"]["EventKind"];
            slot: number | null;
            source_state: components["schemas"]["SourceState"];
            time: string;
            track_id: number | null;
        };
        CameraPatch: {
            ca_file?: (string | null) | null;
            classes_filter?: components["schemas"]["ClassRef"][] | null;
            enabled?: boolean | null;
            every_frame?: boolean | null;
            id?: string | null;
            loop?: boolean | null;
            max_fps?: number | null;
            name?: string | null;
            override?: {
                address_prefix?: string | null;
                axes?: [
                    components["schemas"]["Axis"],
                    ...components["schemas"]["Axis"][]
                ] | null;
                channel_format?: string | null;
                classes?: components["schemas"]["ClassRef"][] | null;
                confidence?: number | null;
                format?: components["schemas"]["OscFormat"] | null;
                host?: string | null;
                iou?: number | null;
                model?: string | null;
                object_persistence_ms?: number | null;
                objects_max?: number | null;
                period_frames?: number | null;
                port?: number | null;
                tracker?: "bytetrack" | null;
                tracker_options?: {
                    duplicate_iou?: number | null;
                    low_score?: number | null;
                } | null;
            } | null;
            roi?: ([
                number,
                number,
                number,
                number
            ] | null) | null;
            rtsp_transport?: components["schemas"]["RtspTransport"] | null;
            show_preview?: boolean | null;
            sinks?: components["schemas"]["SinkConfig"][] | null;
            stream?: string | null;
        };
        CameraStatus: {
            classes: string[];
            device: string | null;
            dropped: number;
            enabled: boolean;
            fps_in: number;
            fps_proc: number;
            frame_size: components["schemas"]["FrameSize"] | null;
            frames_in: number;
            frames_processed: number;
            id: string;
            inference_ms: number;
            latency_ms: number;
            model: string;
            name: string;
            problem: string | null;
            reconnects: number;
            remote: components["schemas"]["RemoteStatus"] | null;
            running: boolean;
            show_preview: boolean;
            sinks: components["schemas"]["SinkStatus"][];
            slots: components["schemas"]["SlotCounts"];
            source_state: components["schemas"]["SourceState"];
            stream: string;
        };
        CameraView: {
            config: components["schemas"]["ResolvedCameraConfig"];
            effective: components["schemas"]["EffectiveConfig"];
            status: components["schemas"]["CameraStatus"];
        };
        CheckResult: {
            after: string | null;
            before: string;
            errors: components["schemas"]["KeyError"][];
            ok: boolean;
        };
        ClassRef: number | string;
        ConfigChange: {
            added: string[];
            changed: string[];
            etag: string;
            removed: string[];
            restart: string[];
            warnings: string[];
        };
        ConfigHealth: {
            path: string;
            problem: string | null;
            saved: boolean;
        };
        ConfigMessage: {
            etag?: string;
            problem?: string;
        };
        EffectiveConfig: {
            osc: components["schemas"]["ResolvedOscConfig"] | null;
            slots: components["schemas"]["ResolvedSlotsConfig"];
            tracking: components["schemas"]["ResolvedTrackingConfig"];
        };
        /** @enum {string} */
        EventKind: "entered" | "left" | "lost" | "found" | "source" | "restarted" | "overflow" | "problem" | "change_refused";
        EventMessage: {
            camera: string;
            event: components["schemas"]["CameraEvent"];
        };
        Events: {
            events: components["schemas"]["CameraEvent"][];
        };
        FrameSize: {
            height: number;
            width: number;
        };
        Health: {
            cameras: components["schemas"]["CameraCounts"];
            config: components["schemas"]["ConfigHealth"];
            node: string;
            status: components["schemas"]["HealthStatus"];
            uptime_s: number;
            version: string;
        };
        /** @enum {string} */
        HealthStatus: "ok" | "degraded" | "failed";
        JsonlConfig: {
            path: string;
        };
        KeyError: {
            message: string;
            path: string;
        };
        /** @enum {string} */
        LogLevel: "error" | "warn" | "info" | "debug" | "trace";
        LogLine: {
            camera: string | null;
            level: components["schemas"]["LogLevel"];
            message: string;
            time: string;
        };
        Logs: {
            lines: components["schemas"]["LogLine"][];
        };
        Model: {
            family: string | null;
            file: string | null;
            in_use: string[];
            licence: string | null;
            name: string;
            needs_export: boolean;
            size_bytes: number;
        };
        Models: {
            models: components["schemas"]["Model"][];
            models_dir: string;
        };
        MqttConfig: {
            broker: string;
            ca_file: string | null;
            max_fps: number;
            qos: number;
            retain: boolean;
            topic_prefix: string;
        };
        OnRelease: "zero" | "keep";
        Origin: "top_left" | "bottom_left";
        OscConfig: {
            address_prefix: string;
            axes: [
                components["schemas"]["Axis"],
                ...components["schemas"]["Axis"][]
            ];
            channel_format: string;
            format: components["schemas"]["OscFormat"];
            host: string;
            port: number;
        };
        OscFormat: "channels" | "array";
        OscMessage: {
            address: string;
            args: (number | string)[];
        };
        OscMonitorMessage: {
            messages: components["schemas"]["OscMessage"][];
            receiver: string;
        } | {
            messages: null;
            reason: string;
        };
        ProbeRequest: {
            ca_file?: string | null;
            rtsp_transport?: components["schemas"]["RtspTransport"];
            stream: string;
        };
        ProbeResult: {
            height: number;
            ms: number;
            ok: boolean;
            picture: string | null;
            reason: string | null;
            width: number;
        };
        Problem: {
            detail: string;
            errors?: components["schemas"]["KeyError"][];
            status: number;
            title: string;
            type: components["schemas"]["ProblemType"];
        };
        /** @enum {string} */
        ProblemType: "/problems/invalid-body" | "/problems/invalid-query" | "/problems/unauthorized" | "/problems/foreign-origin" | "/problems/path-not-found" | "/problems/camera-not-found" | "/problems/no-picture" | "/problems/method-not-allowed" | "/problems/camera-exists" | "/problems/config-changed" | "/problems/body-too-large" | "/problems/unsupported-media-type" | "/problems/host-not-allowed" | "/problems/invalid-config" | "/problems/invalid-request" | "/problems/too-many-wrong-tokens" | "/problems/too-many-probes" | "/problems/internal" | "/problems/not-saved";
        RemoteStatus: {
            clock_offset_ms: number;
            duplicates: number;
            node: string;
            refused: number;
            reordered: number;
        };
        ResolvedCameraConfig: {
            ca_file: string | null;
            classes_filter: components["schemas"]["ClassRef"][];
            enabled: boolean;
            every_frame: boolean;
            id: string;
            loop: boolean;
            max_fps: number;
            name: string;
            override: {
                address_prefix?: string;
                axes?: [
                    components["schemas"]["Axis"],
                    ...components["schemas"]["Axis"][]
                ];
                channel_format?: string;
                classes?: components["schemas"]["ClassRef"][];
                confidence?: number;
                format?: components["schemas"]["OscFormat"];
                host?: string;
                iou?: number;
                model?: string;
                object_persistence_ms?: number;
                objects_max?: number;
                period_frames?: number;
                port?: number;
                /** @enum {string} */
                tracker?: "bytetrack";
                tracker_options?: {
                    duplicate_iou?: number;
                    low_score?: number;
                };
            };
            roi: [
                number,
                number,
                number,
                number
            ] | null;
            rtsp_transport: components["schemas"]["RtspTransport"];
            show_preview: boolean;
            sinks: components["schemas"]["SinkConfig"][];
            stream: string;
        };
        ResolvedOscConfig: {
            address_prefix: string;
            axes: [
                components["schemas"]["Axis"],
                ...components["schemas"]["Axis"][]
            ];
            channel_format: string;
            format: components["schemas"]["OscFormat"];
            host: string;
            port: number;
        };
        ResolvedSlotsConfig: {
            on_release: components["schemas"]["OnRelease"];
            origin: components["schemas"]["Origin"];
            smoothing: number;
            units: components["schemas"]["Units"];
        };
        ResolvedTrackingConfig: {
            classes: components["schemas"]["ClassRef"][];
            confidence: number;
            iou: number;
            model: string;
            object_persistence_ms: number;
            objects_max: number;
            period_frames: number;
            /** @enum {string} */
            tracker: "bytetrack";
            tracker_options: {
                duplicate_iou?: number;
                low_score?: number;
            };
        };
        RtspTransport: "tcp" | "udp";
        ServiceState: {
            cameras: components["schemas"]["CameraStatus"][];
            node: string;
            now_ns: number;
            version: string;
        };
        SessionStatus: {
            auth: components["schemas"]["AuthMethod"];
            logged_in: boolean;
        };
        SinkConfig: {
            jsonl?: components["schemas"]["JsonlConfig"] | null;
            mqtt?: components["schemas"]["MqttConfig"] | null;
            osc?: components["schemas"]["OscConfig"] | null;
        };
        SinkStatus: {
            bytes: number;
            dropped: number;
            failed: number;
            name: string;
            problem: string | null;
            sent: number;
        };
        Slot: {
            age_ms: number;
            class_id: number;
            generation: number;
            h: number;
            life_ms: number;
            presence: number;
            score: number;
            speed: number;
            state: components["schemas"]["SlotState"];
            track_id: number;
            vx: number;
            vy: number;
            w: number;
            x: number;
            y: number;
        };
        SlotCounts: {
            active: number;
            held: number;
            max: number;
            waiting: number;
        };
        /** @enum {string} */
        SlotState: "empty" | "active" | "held";
        Snapshot: {
            capture_ns: number;
            frame_seq: number;
            frame_size: components["schemas"]["FrameSize"];
            publish_ns: number;
            seq: number;
            slots: components["schemas"]["Slot"][];
            source_state: components["schemas"]["SourceState"];
            waiting: number;
        };
        SnapshotMessage: components["schemas"]["Snapshot"] & {
            camera: string;
            sent_ns: number;
        };
        /** @enum {string} */
        SourceState: "stopped" | "connecting" | "live" | "lost" | "ended" | "failed";
        StatusMessage: {
            camera: string;
            status: components["schemas"]["CameraStatus"];
        };
        TelemetryMessage: (components["schemas"]["ServiceState"] & {
            /** @enum {string} */
            type: "hello";
        }) | (components["schemas"]["ServiceState"] & {
            /** @enum {string} */
            type: "cameras";
        }) | (components["schemas"]["SnapshotMessage"] & {
            /** @enum {string} */
            type: "snapshot";
        }) | (components["schemas"]["StatusMessage"] & {
            /** @enum {string} */
            type: "status";
        }) | (components["schemas"]["EventMessage"] & {
            /** @enum {string} */
            type: "event";
        }) | (components["schemas"]["ConfigMessage"] & {
            /** @enum {string} */
            type: "config";
        });
        Units: "normalized" | "pixels";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
